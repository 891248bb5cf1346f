#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kernel events per second of the machine against bare loops of SystemC with as many pending events, in one run.

usage: AIE4SIM=build/release/aie4sim python3 tests/bench/events.py [--bytes 256] [--columns 3] [--runs 3]

Each column sends 256 KiB through its memory tile and back in small buffers with locks, so that the events count and not
the bytes. Start-up is not counted: the cost of a run is the difference between many runs and one.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))
import npu  # noqa: E402
from streams import stream_column  # noqa: E402
from move import make_elf  # noqa: E402
from toolchain import SIMULATOR  # noqa: E402

SIZE = 1 << 18
BENCH = Path(SIMULATOR).parent / "tests/bench/aie4sim_bench_events"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bytes", type=int, default=256, help="of a buffer")
    parser.add_argument("--columns", type=int, default=3)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aie4sim-") as name:
        program = npu.Program(3)
        uc = program.uc(0)
        for col in range(options.columns):
            stream_column(uc, col, [(0, 0, 0, 0), (1, 1, 1, 1)], SIZE // 4, options.bytes // 4, 4 * col, wait=False)
        uc.job()
        for col in range(options.columns):
            for channel in (0, 1):
                uc.poll_idle(npu.shim_s2mm_status(col, channel))
        uc.end_job()
        elf = make_elf(Path(name), program, 4 * options.columns)
        subprocess.run([BENCH, elf, str(SIZE), str(options.columns), str(options.runs)], check=True)


if __name__ == "__main__":
    main()
