# SPDX-License-Identifier: Apache-2.0
# One row of the fault catalogue: provoke it, find the driver's words, load the driver again, and it works.
. /lab/functions.sh
FAILURES=0

# provoke WHEN: goes to the point where the fault strikes; what fails on the way is expected to.
provoke() {
	case $1 in
	load) driver_load ;;
	vfs-on) driver_load && set_vfs "$LAB_SRIOV" ;;
	vfs-off) npu_up && set_vfs 0 ;;
	# Some faults leave a wait that never expires; the kernel lets the signal end it.
	context) npu_up && timeout 15 npu-commands --commands 4 --contexts 1 --vf 0 ;;
	unload) npu_up && npu_down ;;
	*) echo "unknown step $1" ;;
	esac
}

# fault_row NAME WHEN PATTERN...: patterns are searched in the kernel log and in the output of the step.
fault_row() {
	local fault=$1 when=$2 verdict=passed pattern
	shift 2
	log_mark "$fault"
	provoke "$when" >/tmp/step.txt 2>&1
	log_since >/tmp/log.txt
	for pattern; do
		grep -qE "$pattern" /tmp/log.txt /tmp/step.txt || {
			verdict=FAILED
			echo "FAIL: fault $fault: expected '$pattern', the driver said:"
			grep -E 'xdna' /tmp/log.txt | grep -v 'SVA bind' | tail -6
			tail -3 /tmp/step.txt
		}
	done
	[ -d /sys/module/amdxdna ] && npu_down >/dev/null 2>&1
	if [ -d /sys/module/amdxdna ] && ! rmmod amdxdna; then
		verdict=FAILED
	fi
	# Whatever the device does, nobody but the driver may complain beyond what the row expects, and nobody by a trace.
	log_since -r | grep -E 'WARNING: |BUG: |Oops|Call Trace|^<[0-4]>' >/tmp/trouble.txt
	grep -v ' amdxdna ' /tmp/trouble.txt >/tmp/others.txt
	for pattern; do
		grep -vE "$pattern" /tmp/others.txt >/tmp/rest.txt
		mv /tmp/rest.txt /tmp/others.txt
	done
	if grep -E 'WARNING: |BUG: |Oops|Call Trace' /tmp/trouble.txt || grep . /tmp/others.txt; then
		verdict=FAILED
		echo "FAIL: fault $fault: the kernel log has the lines above"
	fi
	echo "fault $fault $verdict"
	[ $verdict = passed ] || FAILURES=$((FAILURES + 1))
}

# After all rows of a group: no fault is left, the device works.
fault_end() {
	if npu_up && npu-commands --commands 200 --contexts 4 && npu_down; then
		echo "after the faults: the device works"
	else
		echo "FAIL: after the faults the device does not work"
		FAILURES=$((FAILURES + 1))
	fi
}
npu_dependencies || exit 99
