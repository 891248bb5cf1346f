# SPDX-License-Identifier: Apache-2.0
# The driver bound every function it should, and says about them what the device told it.
[ -z "$LAB_PF" ] || [ "$(npu_pfs)" = "$LAB_PF" ] || fail "expected the PF $LAB_PF bound, the driver has '$(npu_pfs)'"
[ "$(npu_vfs | wc -l)" = "$LAB_VFS" ] || fail "expected $LAB_VFS VFs, the driver has $(npu_vfs | wc -l)"
for bdf in $(npu_pfs) $(npu_vfs); do
	folder=/sys/bus/pci/devices/$bdf
	[ "$(cat "$folder/revision")" = 0x10 ] || fail "$bdf: revision $(cat "$folder/revision"), expected 0x10"
	[ "$(cat "$folder/class")" = 0x118000 ] || fail "$bdf: class $(cat "$folder/class"), expected 0x118000"
	[ -c "$(npu_node "$bdf")" ] || fail "$bdf has no accel node"
	echo "$bdf $(cat "$folder/vbnv") $(npu_node "$bdf")"
done
must npu-commands --commands "$LAB_VFS" --contexts "$LAB_VFS"
