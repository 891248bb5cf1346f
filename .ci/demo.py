#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The second half of ./demo: runs the guest and prints the table."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VFS = 4


def run_guest(program: Path, folder: Path) -> int:
    """Boots the guest; its output appears as it comes."""
    return subprocess.run([program, "guest", "--kernel", "7.3", "--vfs", str(VFS), "--log-dir", folder,
                           "--", (HERE / "demo-guest.sh").read_text()],
                          stdin=subprocess.DEVNULL, check=False).returncode


def reported(folder: Path, what: str) -> list[dict]:
    """What the guest's script said in lines "demo: WHAT {json}"."""
    lines = (folder / "output.txt").read_text(errors="replace").splitlines()
    prefix = f"demo: {what} "
    return [json.loads(line.strip()[len(prefix):]) for line in lines if line.startswith(prefix)]


def microseconds(picoseconds: int) -> str:
    return f"{picoseconds / 1e6:,.1f} us"


def rows_of(result: dict, summary: dict, clients: list[dict], runs: list[dict]) -> list[tuple[str, str]]:
    """The table: what, how much."""
    counters = {name: counter["value"] for name, counter in summary["counters"].items()}
    functions = ["pf", *(f"vf{index}" for index in range(VFS))]
    reads = sum(counters[f"{name}.mmio_reads"] for name in functions)
    writes = sum(counters[f"{name}.mmio_writes"] for name in functions)
    timings = result["timings_s"]
    rows = [("kernel, QEMU", f"{result['versions'].get('kernel-7.3', '?')}, "
                             f"{result['versions'].get('qemu', 'of the machine')}"),
            ("boot to first process", f"{timings['boot']:.2f} s")]
    if "probe" in timings:
        rows.append(("driver loaded and PF probed", f"{1000 * timings['probe']:.0f} ms"))
    if "functions" in timings:
        rows.append((f"{VFS} VFs enabled and probed", f"{1000 * timings['functions']:.0f} ms"))
    rows.append(("MMIO accesses", f"{reads + writes:,} ({reads:,} reads, {writes:,} writes)"))
    rows.append(("doorbells", f"{sum(counters[f'{name}.doorbells'] for name in functions[1:]):,}"))
    rows.append(("commands completed", f"{counters['cert.commands_completed']:,} "
                                       f"({counters['cert.commands_failed']} failed)"))
    for index, client in enumerate(clients):
        latency = client["latency_us"]
        rows.append((f"  client on VF {index}", f"{client['commands']} commands; latency in the guest "
                                                f"{latency['p50']:.0f} us median, {latency['p99']:.0f} us 99 %"))
    for run in runs:
        average = run["average_us"]
        rows.append((f"  XRT {run['recipe']}", f"{run['iterations']} iterations" +
                     (f"; {average:.0f} us each in the guest" if average is not None else "")))
    latency = summary["command_latency_ps"]
    rows.append(("doorbell to interrupt, simulated", f"{microseconds(latency['min'])} min, "
                                                     f"{microseconds(latency['mean'])} mean, "
                                                     f"{microseconds(latency['max'])} max"))
    rows.append(("simulated time", f"{summary['simulated_ps'] / 1e9:,.3f} ms"))
    rows.append(("accesses to what is not modelled", str(summary["unmodelled"]["total"])))
    rows.append(("whole run", f"{timings['total']:.1f} s"))
    return rows


def main() -> int:
    program, folder = (Path(word).resolve() for word in sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").unlink(missing_ok=True)
    status = run_guest(program, folder)
    try:
        result = json.loads((folder / "result.json").read_text())
        summary = json.loads((folder / "summary.json").read_text())
    except FileNotFoundError as error:
        print(f"demo: the run left no {Path(error.filename).name} (logs in {folder})", file=sys.stderr)
        return status or 1
    clients, runs = reported(folder, "client"), reported(folder, "xrt")
    print()
    for name, value in rows_of(result, summary, clients, runs):
        print(f"{name:34} {value}")
    print()

    problems = []
    if status:
        problems.append(f"the guest's script ended with status {status}")
    if len(clients) != VFS or any(run["status"] for run in runs) or not runs:
        problems.append("not all clients ran to their end")
    for entry in summary["unmodelled"]["entries"]:
        problems.append(f"not modelled but used: {entry['kind']} {entry['name']}, {entry['count']} times")
    for problem in problems:
        print(f"demo: {problem} (logs in {folder})", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
