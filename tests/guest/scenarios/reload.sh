# SPDX-License-Identifier: Apache-2.0
# The driver is removed and loaded again 20 times; the device works each time. Linux sleeps for a second whenever
# it disables SR-IOV, so there only every fifth round has VFs; in the others the PF comes and goes alone.
must npu_down
for round in $(seq 20); do
	if [ "$LAB_SRIOV" = 0 ] || [ $((round % 5)) = 0 ]; then
		must npu_up
		must npu-commands --commands 8 --contexts "$LAB_VFS" >/dev/null
		[ "$round" = 20 ] || must npu_down
	else
		must driver_load
		[ "$(npu_pfs)" = "$LAB_PF" ] || fail "round $round: the driver did not bind the PF"
		must driver_unload
	fi
done
echo "20 times"
