#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits parameters to published measurements: the only place from which fitted values of parameters and presets come.

    tests/calibration/fit.py build/release/aie4sim            prints what each parameter is and what it would have to be
    tests/calibration/fit.py build/release/aie4sim --check    fails if one is further from its fit than --tolerance

Each parameter is fitted alone, in this order, to the rows of `aie4sim validate` that are named beside it: the value at which
their mean error is smallest, found by bisection over whole numbers. Nothing else is fitted, to nothing else.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Fit:
    preset: str
    parameter: str
    row: str
    what: str  # How the measurement's name begins.
    low: int
    high: int


SUMS = (("1", "i8 x i8 -> i8"), ("2", "i8 x i8 -> i16"), ("4", "i8 x i8 -> i32"), ("bf16", "bf16"))
FITS = [
    Fit("aie4", "compute.call_cycles", "C3", "", 0, 200),
    Fit("xdna2", "compute.call_cycles", "C3", "", 0, 200),
    *(Fit(preset, f"compute.accumulate_{size}", "C1", what, 0, 1_000_000) for preset in ("xdna1", "xdna2")
      for size, what in SUMS),
    Fit("xdna1", "shim.read_task_ns", "C5", "shim read, second", 0, 5000),
    Fit("xdna1", "shim.write_task_ns", "C5", "shim write, second", 0, 5000),
    Fit("xdna1", "shim.write_push_ns", "C6", "", 0, 10_000),
    Fit("xdna1", "dma.lock_release_cycles", "C7", "compute tile in", 0, 100),
    Fit("xdna1", "noc.register_access_ns", "C8", "register write", 0, 1000),
    Fit("xdna1", "uc.dma_bd_ns", "C8", "block write", 0, 1000),
    Fit("xdna2", "cert.packet_launch_ns", "C9", "no-op, one of a chain", 0, 100_000),
    Fit("xdna2", "cert.doorbell_pickup_ns", "C9", "no-op, alone", 0, 200_000),
    Fit("xdna2", "cert.token_wait_ns", "C9", "token of one-word loops in all columns", 0, 10_000),
    Fit("aie4", "cert.packet_launch_ns", "C10", "no-ops in a chain", 0, 10_000),
]


def rows(program: str, fit: Fit, settings: list[str]) -> list[dict]:
    words = [program, "validate", "--json", "--only", fit.row, "--preset", fit.preset, *settings]
    report = json.loads(subprocess.run(words, capture_output=True, text=True, check=False).stdout)
    found = [row for row in report["measurements"] if row["what"].startswith(fit.what) and "simulated" in row]
    if not found:
        sys.exit(f"{fit.row}: expected a measurement of {fit.preset} that runs and begins with {fit.what!r}, came none")
    return found


def mean_error(program: str, fit: Fit, value: int) -> float:
    """In percent, of time: a rate that is too low is a time that is too long."""
    found = rows(program, fit, ["--set", f"{fit.parameter}={value}"])
    signs = [-1 if row["unit"] in ("MAC/cycle", "1/s", "TOPS") else 1 for row in found]
    return sum(sign * row["error_percent"] for sign, row in zip(signs, found)) / len(found)


def solve(program: str, fit: Fit) -> int:
    """Times grow with each of the parameters."""
    low, high = fit.low, fit.high
    while high - low > 1:
        middle = (low + high) // 2
        if mean_error(program, fit, middle) > 0:
            high = middle
        else:
            low = middle
    return min((low, high), key=lambda value: abs(mean_error(program, fit, value)))


def present(program: str, fit: Fit) -> int:
    words = [program, "config", "print", "--json", "--preset", fit.preset]
    values = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    return values["parameters"][fit.parameter]["value"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--check", action="store_true", help="only look at the error that the present values leave")
    parser.add_argument("--tolerance", type=float, default=2.5, help="percent of error that --check lets pass")
    options = parser.parse_args()
    far = 0
    for fit in FITS:
        now = present(options.program, fit)
        error = mean_error(options.program, fit, now)
        line = f"{fit.preset:6} {fit.parameter:28} {now:8}  leaves {error:+6.2f} % of {fit.row}"
        if not options.check:
            line += f"; fitted: {solve(options.program, fit)}"
        elif abs(error) > options.tolerance:
            far += 1
            line += "  TOO FAR"
        print(line, flush=True)
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
