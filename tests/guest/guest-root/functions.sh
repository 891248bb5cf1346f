# SPDX-License-Identifier: Apache-2.0
# Helpers for init and for scenarios: the driver's life cycle, and where its functions are.
. /lab/config
NPU_DRIVER=/sys/bus/pci/drivers/amdxdna

# BDFs of the bound functions of one kind; the driver's `device_type` is 2 on the PF and 1 on a VF.
npu_functions() {
	local function
	for function in $NPU_DRIVER/0000:*; do
		[ "$(cat "$function/device_type" 2>/dev/null)" = "$1" ] && echo "${function##*/}"
	done
	return 0
}
npu_vfs() { npu_functions 1; }
npu_pfs() { npu_functions 2; }

# Device node of a function.
npu_node() {
	local node
	for node in /sys/bus/pci/devices/"$1"/accel/accel*; do echo "/dev/accel/${node##*/}"; done
}

# Modules the driver needs; loading them again after rmmod is not necessary.
npu_dependencies() {
	local name
	while read -r name; do
		[ "$name" = amdxdna ] || [ -d /sys/module/"$name" ] || insmod /lab/modules/"$name".ko || return 1
	done </lab/modules/order
}

driver_load() { insmod /lab/modules/amdxdna.ko $LAB_MODULE_ARGUMENTS; }
driver_unload() { rmmod amdxdna; }

set_vfs() { echo "$1" >/sys/bus/pci/devices/"$LAB_PF"/sriov_numvfs; }

# Each VF gets its own part of the reserved memory. The debugfs folder is named after the device or its minor.
set_carveouts() {
	[ -n "$LAB_CARVEOUT_SIZE" ] || return 0
	local base=$((LAB_CARVEOUT_BASE)) bdf node folder file
	for bdf in $(npu_vfs); do
		node=$(npu_node "$bdf")
		for folder in "$bdf" "${node##*/accel}"; do
			file=/sys/kernel/debug/accel/$folder/carveout
			[ -e "$file" ] && break
		done
		printf '0x%x@0x%x' "$LAB_CARVEOUT_SIZE" "$base" >"$file" || return 1
		base=$((base + LAB_CARVEOUT_SIZE))
	done
}

# The whole way up, and down again. npu_up fails unless the configured number of functions is bound.
npu_up() {
	npu_dependencies || return 1
	mark driver
	driver_load || return 2
	mark loaded
	if [ -n "$LAB_PF" ] && [ "$(npu_pfs)" != "$LAB_PF" ]; then
		note "the driver did not bind the PF $LAB_PF"
		return 3
	fi
	if [ "$LAB_SRIOV" -gt 0 ]; then
		set_vfs "$LAB_SRIOV" || { note "sriov_numvfs=$LAB_SRIOV was refused"; return 4; }
	fi
	if [ "$(npu_vfs | wc -l)" != "$LAB_VFS" ]; then
		note "expected $LAB_VFS VFs, the driver bound: $(npu_vfs | tr '\n' ' ')"
		return 5
	fi
	set_carveouts || { note "the carveout was refused"; return 6; }
}
npu_down() {
	[ "$LAB_SRIOV" = 0 ] || set_vfs 0 || return 1
	driver_unload
}

# Words to the laboratory, on the control port.
mark() { echo "mark $1" >/dev/ttyS2; }
note() { echo "note $1" >/dev/ttyS2; }
event() { echo "event $1" >/dev/ttyS2; }

# What the device has counted since it was powered up, in the order of the names: device_counters cert.packets cert.jobs
device_counters() {
	local word values
	exec 4<>/dev/ttyS2
	echo "counters $*" >&4
	read -r word values <&4
	exec 4>&-
	[ "$word" = counters ] && echo "$values"
}

# Kernel log since a mark, for scenarios: log_mark NAME; ...; log_since | grep ...; with -r each line begins with <level>.
log_mark() { LOG_MARK="lab: scenario $1" && echo "$LOG_MARK" >/dev/kmsg; }
# When the kernel has overwritten the mark, everything it still has came after it.
log_since() {
	dmesg "$@" >/tmp/dmesg.txt
	if grep -q "$LOG_MARK" /tmp/dmesg.txt; then sed -n "/$LOG_MARK/,\$p" /tmp/dmesg.txt; else cat /tmp/dmesg.txt; fi
}

fail() {
	echo "FAIL: $*"
	exit 1
}
# Runs a check; anything but success ends the scenario with the command in the message.
must() { "$@" || fail "'$*' gave status $?"; }
