#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A simulated i8 product against the same product by our own fastest kernel alone, in one run, on one thread and on two.

usage: AIE4SIM=build/release/aie4sim python3 tests/bench/gemm.py [--extent 4096] [--rounds 5]

Says, too, how many cycles of the array pass in a second if no kernel is computed, what a second thread gains, and
whether the timelines are the same. The simulation itself is what a second run in the same process adds; the process is
all that a user waits for: start, data, assembling, bringing the device up, the product, its results. What is compared
takes turns, and of several rounds the best counts. Wall time is the aim; on a busy machine processor time says more.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SIMULATOR = os.environ["AIE4SIM"]
KERNELS = Path(SIMULATOR).parent / "tests/bench/aie4sim_bench_gemm"
THREADS = (1, 2)
TRACED_EXTENT = 512


@dataclass
class Best:
    """Least of each; other work on the machine only ever adds."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def add(self, wall: float, processor: float) -> None:
        self.wall.append(wall)
        self.processor.append(processor)

    def seconds(self) -> tuple[float, float]:
        return min(self.wall), min(self.processor)


def difference(more: Best, less: Best) -> tuple[float, float]:
    return tuple(a - b for a, b in zip(more.seconds(), less.seconds()))


def command(extent: int, *words: str) -> list[str]:
    shape = [word for letter in "mnk" for word in (f"--{letter}", str(extent))]
    return [SIMULATOR, "gemm", *shape, "--dtype", "i8", *words]


def simulate(best: Best, extent: int, *words: str) -> bytes:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(command(extent, *words), check=True, stdout=subprocess.PIPE)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    best.add(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return done.stdout


def kernel(best: Best, extent: int, threads: int) -> None:
    words = [str(KERNELS), "--cube", str(extent), "--threads", str(threads)]
    wall, processor = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    best.add(float(wall), float(processor))


def timeline(threads: int) -> str:
    with tempfile.TemporaryDirectory(prefix="aie4sim-") as folder:
        trace = Path(folder) / "trace"
        words = command(TRACED_EXTENT, "--threads", str(threads), "--trace", str(trace), "--trace-unit", "ps")
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        return hashlib.sha256(trace.read_bytes()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--extent", type=int, default=4096, help="of the cube")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    extent = options.extent

    kernels = {threads: Best() for threads in THREADS}
    once = {threads: Best() for threads in THREADS}
    twice = {threads: Best() for threads in THREADS}
    empty_once, empty_twice = Best(), Best()
    report = {}
    for _ in range(options.rounds):
        for threads in THREADS:
            kernel(kernels[threads], extent, threads)
            simulate(once[threads], extent, "--threads", str(threads))
            simulate(twice[threads], extent, "--threads", str(threads), "--repeat", "2")
        report = json.loads(simulate(empty_once, extent, "--no-data", "--json"))
        simulate(empty_twice, extent, "--no-data", "--repeat", "2")

    print(f"i8 cube of {extent}           wall  processor")
    simulations = {}
    for threads in THREADS:
        alone = kernels[threads].seconds()
        simulations[threads] = difference(twice[threads], once[threads])
        print(f"{threads} thread{'s' if threads > 1 else ''}")
        for name, seconds in (("kernel alone", alone), ("simulation", simulations[threads]),
                              ("process", once[threads].seconds())):
            print(f"  {name:<19}{seconds[0]:8.3f} s{seconds[1]:8.3f} s")
        ratios = [a / b for a, b in zip(simulations[threads], alone)]
        print(f"  simulation/kernel  {ratios[0]:8.2f}  {ratios[1]:8.2f}")
    print(f"speed-up of a second thread: kernel {kernels[1].seconds()[0] / kernels[2].seconds()[0]:.2f}, "
          f"simulation {simulations[1][0] / simulations[2][0]:.2f}")

    cycles = report["durations_ps"][0] * report["parameters"]["clock.aie_mhz"] / 1e6
    wall, processor = difference(empty_twice, empty_once)
    print(f"without kernels: {cycles:.0f} cycles in {wall:.3f} s, {cycles / wall / 1e6:.2f} million a second "
          f"({cycles / processor / 1e6:.2f} of processor time)")

    hashes = [timeline(threads) for threads in THREADS]
    same = hashes[0] == hashes[1]
    print(f"timelines of a cube of {TRACED_EXTENT}: {'the same' if same else 'DIFFERENT'} on one thread and on two, "
          f"sha256 {hashes[0][:16]}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
