# SPDX-License-Identifier: Apache-2.0
# What ./demo runs in the guest, after the driver was loaded and its VFs were enabled. Lines that begin with "demo: " are
# read by .ci/demo.py.
. /lab/functions.sh
status=0

echo "--- what the driver of Linux $(uname -r) bound"
for bdf in $(npu_pfs) $(npu_vfs); do
	echo "$bdf $(cat /sys/bus/pci/devices/"$bdf"/vbnv) $(npu_node "$bdf")"
done

echo "--- four clients, one per VF, at once: every effect of every command is checked"
clients=""
for vf in $(seq 0 $((LAB_VFS - 1))); do
	npu-commands --vf "$vf" --contexts 1 --commands 250 --layout wide --seed $((vf + 1)) --json >/tmp/client"$vf" &
	clients="$clients $!"
done
for client in $clients; do wait "$client" || status=1; done
for vf in $(seq 0 $((LAB_VFS - 1))); do echo "demo: client $(cat /tmp/client"$vf")"; done

echo "--- xrt-smi examine"
xrt-smi examine || status=1

echo "--- XRT submissions"
cd /lab/xrt || exit 1
run() {
	echo "xrt-runner: recipe $1, $2 iterations"
	xrt-runner --recipe "$1.recipe.json" --profile profile.json --dir /lab/xrt --iterations "$2" >/tmp/runner 2>&1
	runner=$?
	[ $runner = 0 ] || { cat /tmp/runner; status=1; }
	echo "demo: xrt {\"recipe\": \"$1\", \"iterations\": $2, \"status\": $runner," \
		"\"average_us\": $(sed -n 's/.*Average Latency (us): *//p' /tmp/runner | grep . || echo null)}"
}
run nop 200
run three-uc 100
run runlist 10
exit $status
