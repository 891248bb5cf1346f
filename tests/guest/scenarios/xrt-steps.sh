# SPDX-License-Identifier: Apache-2.0
# For scenarios that run programs through XRT: what XRT started is what the device executed.
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
cd /lab/xrt || exit 1
