# SPDX-License-Identifier: Apache-2.0
# sriov_numvfs goes from all to none and back, several times, and to every number between.
[ "$LAB_SRIOV" -gt 0 ] || { echo "no SR-IOV in this machine, nothing to do"; exit 0; }
for count in $LAB_SRIOV $(seq "$LAB_SRIOV") "$LAB_SRIOV"; do
	must set_vfs 0
	[ -z "$(npu_vfs)" ] || fail "sriov_numvfs is 0, still bound: $(npu_vfs)"
	must set_vfs "$count"
	[ "$(npu_vfs | wc -l)" = "$count" ] || fail "sriov_numvfs is $count, bound: $(npu_vfs | tr '\n' ' ')"
	must set_carveouts
	must npu-commands --commands 8 --contexts "$count" >/dev/null
	echo "$count VFs work"
done
