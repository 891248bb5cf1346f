# SPDX-License-Identifier: Apache-2.0
# The guest reboots (machine reset, the server stays): everything works on the second boot as on the first.
# options: --reboot
must npu-commands --commands 100 --contexts 8
[ "$LAB_BOOT" = 1 ] || exit 0
echo "rebooting"
reboot -f
sleep 60
fail "the machine did not reset"
