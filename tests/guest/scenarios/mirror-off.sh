# SPDX-License-Identifier: Apache-2.0
# Without the write_index mirror the kernel and XRT disagree about the queue header: the known hang. The waiter
# spins and its timeout does not expire, so it is killed from outside; afterwards the device works.
# options: --set firmware.write_index_mirror=0
# allow: get_read_index: Invalid index|Not supported request parameter
dmesg -n 1
cd /lab/xrt || exit 1
xrt-runner --recipe nop.recipe.json --profile profile.json --dir /lab/xrt --iterations 1000 >/tmp/runner.txt 2>&1 &
client=$!
for second in 1 2 3 4 5 6 7 8; do
	sleep 1
	kill -0 $client 2>/dev/null || fail "expected the known hang, the client ended: $(tail -3 /tmp/runner.txt)"
	log_since | grep -q "get_read_index: Invalid index after retry, ri [0-9]*, wi 0" && [ $second -ge 3 ] && break
done
log_since | grep -q "get_read_index: Invalid index after retry" || fail "the client hangs without the kernel's message"
kill -TERM $client
wait $client
echo "the hang is there, the client ended with status $? when told to"
# The compact layout needs no mirror.
must npu-commands --commands 200 --contexts 4 --layout compact
