# SPDX-License-Identifier: Apache-2.0
# XRT lists every VF, and its runs, runlists and multi-controller programs complete.
# XRT asks for firmware versions, which this kernel does not know for this device:
# allow: aie4_get_info: Not supported request parameter (8|14)
xrt-smi examine >/tmp/examine.txt || fail "xrt-smi examine gave status $?: $(cat /tmp/examine.txt)"
for bdf in $(npu_vfs); do
	grep -Eq "\[$bdf\] *\|RyzenAI-npu3-vf *\|aie4 *\|6x3 " /tmp/examine.txt ||
		fail "xrt-smi examine does not list $bdf as aie4 6x3: $(cat /tmp/examine.txt)"
done
[ "$(grep -c RyzenAI /tmp/examine.txt)" = "$LAB_VFS" ] || fail "xrt-smi lists something else too: $(cat /tmp/examine.txt)"
echo "xrt-smi examine lists $LAB_VFS VFs"
runner() {
	xrt-runner --recipe "$1.recipe.json" --profile profile.json --dir /lab/xrt --iterations "$2" >/tmp/runner.txt 2>&1 ||
		fail "xrt-runner $1: status $?: $(tail -3 /tmp/runner.txt)"
	echo "$1 x $2: $(sed -n 's/Average Latency (us): /average us /p' /tmp/runner.txt)"
}
cd /lab/xrt || exit 1
runner nop 1000
runner barrier 100
runner three-uc 100
runner runlist 40
must npu-xrt --runs 200 --runlists 4 --length 25
must npu-xrt --elf /lab/xrt/three-uc.elf --runs 50 --runlists 1 --length 25
