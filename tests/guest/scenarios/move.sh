# SPDX-License-Identifier: Apache-2.0
# XRT moves data: DDR -> shim -> memory tile -> shim -> DDR, 4 KiB and 16 MiB, by an unmodified xrt-runner that compares
# with its own golden file, and by our client on all VFs at once, which compares every byte and what lies behind.
. /lab/scenarios/xrt-steps.sh
# runner PROGRAM BYTES ITERATIONS: what comes out must be what goes in.
runner() {
	must dd if=/dev/urandom of="$1.in" bs=4096 count=$(($2 / 4096)) 2>/tmp/dd.txt
	ln -f "$1.in" "$1.golden"
	expect_executed "$3" "$1" \
		xrt-runner --recipe "$1.recipe.json" --profile "$1.profile.json" --dir /lab/xrt --iterations "$3"
	echo "$1 x $3 by xrt-runner: $(sed -n 's/Average Latency (us): /average us /p' /tmp/xrt.txt)"
}
# client PROGRAM BYTES PAIRS RUNS
client() {
	expect_executed said "$1" npu-xrt --elf "/lab/xrt/$1.elf" --move "$2" --pairs "$3" --runs "$4"
	cat /tmp/xrt.txt
}
runner move-4k 4096 20
# The runner's comparison is one.
rm move-4k.golden && must dd if=/dev/urandom of=move-4k.golden bs=4096 count=1 2>/tmp/dd.txt
xrt-runner --recipe move-4k.recipe.json --profile move-4k.profile.json --dir /lab/xrt >/tmp/xrt.txt 2>&1 &&
	fail "xrt-runner takes a wrong golden file for right"
grep -q 'does not match bo value' /tmp/xrt.txt || fail "xrt-runner with a wrong golden file: $(tail -3 /tmp/xrt.txt)"
runner move-16m $((16 << 20)) 1
client move-4k 4096 1 25
client move-columns $((1 << 20)) 3 1
client move-16m $((16 << 20)) 1 1
rm -f move-*.in move-*.golden
