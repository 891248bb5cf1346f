# SPDX-License-Identifier: Apache-2.0
# XRT lists every VF; its runs, runlists and multi-controller programs complete, and the device executes as many packets
# as XRT starts runs.
# XRT asks for firmware versions, which this kernel does not know for this device:
# allow: aie4_get_info: Not supported request parameter (8|14)
xrt-smi examine >/tmp/examine.txt || fail "xrt-smi examine gave status $?: $(cat /tmp/examine.txt)"
for bdf in $(npu_vfs); do
	grep -Eq "\[$bdf\] *\|RyzenAI-npu3-vf *\|aie4 *\|6x3 " /tmp/examine.txt ||
		fail "xrt-smi examine does not list $bdf as aie4 6x3: $(cat /tmp/examine.txt)"
done
[ "$(grep -c RyzenAI /tmp/examine.txt)" = "$LAB_VFS" ] || fail "xrt-smi lists something else too: $(cat /tmp/examine.txt)"
echo "xrt-smi examine lists $LAB_VFS VFs"
. /lab/scenarios/xrt-steps.sh
# runner RECIPE PROGRAM ITERATIONS
runner() {
	expect_executed $(($3 * $(grep -c '"kernel": "k"' "$1.recipe.json"))) "$2" \
		xrt-runner --recipe "$1.recipe.json" --profile profile.json --dir /lab/xrt --iterations "$3"
	echo "$1 x $3: $(sed -n 's/Average Latency (us): /average us /p' /tmp/xrt.txt)"
}
runner nop nop 1000
runner barrier barrier 100
runner three-uc three-uc 100
runner runlist nop 40
expect_executed said nop npu-xrt --runs 200 --runlists 4 --length 25
cat /tmp/xrt.txt
expect_executed said three-uc npu-xrt --elf /lab/xrt/three-uc.elf --runs 50 --runlists 1 --length 25
cat /tmp/xrt.txt
