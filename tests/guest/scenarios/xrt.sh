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
counted="cert.packets cert.commands_completed cert.commands_failed cert.commands_aborted cert.jobs"
# expect_executed RUNS PROGRAM COMMAND...: while the command starts that many runs of the program, the device takes one
# packet for each and completes it, and runs each job of the program once. RUNS is what XRT started: a number, or
# `said`, for a command that counts itself ("N XRT runs started").
expect_executed() {
	local runs=$1 program=$2 before after jobs expected
	shift 2
	before=$(device_counters $counted) || fail "the laboratory does not tell what the device has counted"
	"$@" >/tmp/xrt.txt 2>&1 || fail "'$*' gave status $?: $(tail -3 /tmp/xrt.txt)"
	after=$(device_counters $counted)
	[ "$runs" != said ] || runs=$(sed -n 's/^\([0-9]*\) XRT runs started.*/\1/p' /tmp/xrt.txt)
	[ "${runs:-0}" -gt 0 ] || fail "'$*' started no runs: $(cat /tmp/xrt.txt)"
	jobs=$(grep -c '^START_JOB' "$program.asm")
	expected="$runs $runs 0 0 $((runs * jobs))"
	set -- $before $after
	after="$(($6 - $1)) $(($7 - $2)) $(($8 - $3)) $(($9 - $4)) $((${10} - $5))"
	[ "$after" = "$expected" ] ||
		fail "XRT started $runs runs of $program: expected of $counted: $expected, the device counted $after"
	echo "$program: $runs runs started, $runs packets executed, $((runs * jobs)) jobs"
}
# runner RECIPE PROGRAM ITERATIONS
runner() {
	expect_executed $(($3 * $(grep -c '"kernel": "k"' "$1.recipe.json"))) "$2" \
		xrt-runner --recipe "$1.recipe.json" --profile profile.json --dir /lab/xrt --iterations "$3"
	echo "$1 x $3: $(sed -n 's/Average Latency (us): /average us /p' /tmp/xrt.txt)"
}
cd /lab/xrt || exit 1
runner nop nop 1000
runner barrier barrier 100
runner three-uc three-uc 100
runner runlist nop 40
expect_executed said nop npu-xrt --runs 200 --runlists 4 --length 25
cat /tmp/xrt.txt
expect_executed said three-uc npu-xrt --elf /lab/xrt/three-uc.elf --runs 50 --runlists 1 --length 25
cat /tmp/xrt.txt
