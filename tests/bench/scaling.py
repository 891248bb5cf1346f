#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same work for each of 3, 12 and 48 columns: what a column costs must not depend on how many there are.

usage: AIE4SIM=build/release/aie4sim python3 tests/bench/scaling.py [--runs 10]

Each column sends 1 MiB through its memory tile and back. DDR is made wide, so that all arrays need about the same
simulated time; the processor time is the difference between many runs and one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))
import npu  # noqa: E402
from streams import stream_column  # noqa: E402
from move import make_elf, processor_time  # noqa: E402
from toolchain import SIMULATOR  # noqa: E402

SIZE = 1 << 20
TILE_WORDS = 0x4000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    first = None
    with tempfile.TemporaryDirectory(prefix="aie4sim-") as name:
        folder = Path(name)
        (folder / "in").write_bytes(b"\xa5" * SIZE)
        for columns in (3, 12, 48):
            program = npu.Program(3)
            uc = program.uc(0)
            for col in range(columns):
                stream_column(uc, col, [(0, 0, 0, 0)], SIZE // 4, TILE_WORDS, 2 * col, wait=False)
            uc.job()
            for col in range(columns):
                uc.poll_idle(npu.shim_s2mm_status(col, 0))
            uc.end_job()
            elf = make_elf(folder, program, 2 * columns)
            words = [str(elf), "--memory", "identity", "--set", f"array.columns={columns}",
                     "--set", "noc.bytes_per_us=10000000"]
            for col in range(columns):
                words += ["--arg", f"{2 * col}={folder}/in", "--arg", f"{2 * col + 1}=out:{SIZE}"]
            spent = (processor_time(*words, "--repeat", str(options.runs + 1)) - processor_time(*words)) / options.runs
            done = subprocess.run([SIMULATOR, "run", *words, "--json"], check=True, capture_output=True, text=True)
            simulated_us = json.loads(done.stdout)["durations_ps"][0] / 1e6
            cycles = simulated_us * json.loads(done.stdout)["parameters"]["clock.aie_mhz"]
            cost = spent / (columns * cycles)
            first = first or cost
            print(f"{columns:3} columns  {simulated_us:9.1f} us simulated  {1e3 * spent / columns:7.3f} ms a column  "
                  f"{1e9 * cost:7.2f} ns a column and cycle  ratio {cost / first:.2f}")


if __name__ == "__main__":
    main()
