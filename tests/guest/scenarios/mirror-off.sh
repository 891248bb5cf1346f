# SPDX-License-Identifier: Apache-2.0
# Without the write_index mirror the kernel and XRT disagree about the queue header: the known hang. The waiter
# spins and its timeout does not expire, so it is killed from outside; afterwards the device works.
# options: --set firmware.write_index_mirror=0
# server log: guest error .*expected write_index at offset 0x10 too.*WAIT_CMD will spin
# allow: get_read_index: Invalid index|Not supported request parameter
dmesg -n 1
cd /lab/xrt || exit 1
xrt-runner --recipe nop.recipe.json --profile profile.json --dir /lab/xrt --iterations 1000 >/tmp/runner.txt 2>&1 &
client=$!
trap 'kill -9 $client 2>/dev/null' EXIT
until dmesg | grep -q "get_read_index: Invalid index after retry, ri [0-9]*, wi 0"; do
	kill -0 $client 2>/dev/null || fail "expected the known hang, the client ended: $(tail -3 /tmp/runner.txt)"
	sleep 0.2
done
# A wait of one second is long over after three; the client is still there because its wait cannot expire.
sleep 3
kill -0 $client 2>/dev/null || fail "expected the client to hang, it ended: $(tail -3 /tmp/runner.txt)"
kill -TERM $client
wait $client
echo "the hang is there with the kernel's message, the client ended with status $? when told to"
# The compact layout needs no mirror.
must npu-commands --commands 200 --contexts 4 --layout compact
