#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast payload moves: DDR -> shim -> memory tile -> shim -> DDR in 64 KiB tiles, against memcpy in the same run.

usage: AIE4SIM=build/release/aie4sim python3 tests/bench/move.py [--megabytes 256] [--runs 4] [--rounds 3]

Start-up, reading the input and the first touch of memory are not counted: the processor time of one run is taken from
the difference between many runs and one. A loop moves each byte twice (in and out), through four DMA channels. What is
compared takes turns, and of several rounds the best counts: other work on the machine only ever adds.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))
import npu  # noqa: E402
from streams import stream_column  # noqa: E402
from toolchain import SIMULATOR, assembler  # noqa: E402

TILE_WORDS = 0x4000
COPIES = 5


def make_elf(folder: Path, program: npu.Program, arguments: int) -> Path:
    kernel = {"name": "DPU", "instance": [{"id": "bench", "ctrl_code_file": "./bench.asm"}],
              "arguments": [{"name": f"arg{i}", "type": "char *", "offset": hex(8 * i)} for i in range(arguments)]}
    (folder / "bench.asm").write_text(program.text(), encoding="ascii")
    (folder / "bench.json").write_text(json.dumps({"xrt-kernels": [kernel]}), encoding="ascii")
    subprocess.run([*assembler(), "-t", "aie4_config", "-j", "bench.json", "-o", "bench.elf"], cwd=folder, check=True,
                   capture_output=True)
    return folder / "bench.elf"


def processor_time(*words: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([SIMULATOR, "run", *words], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memcpy_rate(size: int) -> float:
    """Bytes per second of processor time, once everything has been touched."""
    source, target = bytearray(size), bytearray(size)
    view = memoryview(target)
    view[:] = source
    begin = time.process_time()
    for _ in range(COPIES):
        view[:] = source
    return COPIES * size / (time.process_time() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    size = options.megabytes << 20
    with tempfile.TemporaryDirectory(prefix="aie4sim-") as name:
        folder = Path(name)
        program = npu.Program(1)
        stream_column(program.uc(0), 0, [(0, 0, 0, 0)], size // 4, TILE_WORDS, 0)
        elf = make_elf(folder, program, 2)
        content = folder / "in"
        content.write_bytes(b"\x5a" * size)
        words = [str(elf), "--memory", "identity", "--arg", f"0={content}", "--arg", f"1=out:{size}"]
        many = str(options.runs + 1)

        variants = ((), ("--trace", str(folder / "trace")), ("--stats", str(folder / "stats")))
        rounds = [[memcpy_rate(size)] + [processor_time(*words, *extra, "--repeat", runs)
                                         for extra in variants for runs in ("1", many)]
                  for _ in range(options.rounds)]
        copy = max(row[0] for row in rounds)
        # The best of each before they are subtracted: the best difference would be one with a slow single run in it.
        best = [min(column) for column in list(zip(*rounds))[1:]]
        plain, traced, counted = (options.runs * size / (best[i + 1] - best[i]) for i in (0, 2, 4))
        print(f"memcpy                {copy / 1e9:8.2f} GB/s")
        print(f"loopback              {plain / 1e9:8.2f} GB/s of payload through, {2 * plain / 1e9:.2f} GB/s moved")
        print(f"memcpy / loopback     {copy / plain:8.2f}")
        print(f"time with --trace     {plain / traced:8.2f} of that without")
        print(f"time with --stats     {plain / counted:8.2f} of that without")


if __name__ == "__main__":
    main()
