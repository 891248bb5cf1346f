# SPDX-License-Identifier: Apache-2.0
"""What a failed test says last. Logs of automatic builds are cut, and a reader begins at their end: the least telling
comes first, why the test failed last, all of it short."""

import re
from pathlib import Path

WIDTH = 240
TROUBLE = re.compile(r"WARNING: |BUG: |Oops|general protection|Call Trace|Kernel panic|\*ERROR\*")
DEVICE = re.compile(r"^(warning|error|critical)\b|simulator defect at")
VERDICT = re.compile(r"^FAIL: |^(scenario|fault) .* FAILED")


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return []
    return [line.rstrip()[:WIDTH] for line in text.splitlines() if line.strip()]


def _verdicts(output: list[str]) -> list[str]:
    """The lines that judge; what stands below a `FAIL: ... has:` belongs to it."""
    chosen: list[str] = []
    below = False
    for line in output:
        if VERDICT.search(line) or below:
            chosen.append(line)
        below = (below or line.startswith("FAIL: ")) and (line.endswith(":") or TROUBLE.search(line) is not None)
    return chosen


def summary(folder: Path, status: int, error: str = "") -> str:
    """Of the run whose logs lie in `folder`; `status` is not 0."""
    output = _lines(folder / "output.txt")
    parts = [("device server", [line for line in _lines(folder / "server.log") if DEVICE.search(line)][-5:]),
             ("guest console", _lines(folder / "guest-console.txt")[-5:]),
             ("kernel log", [line for line in _lines(folder / "guest-dmesg.txt") if TROUBLE.search(line)][-8:]),
             ("output", output[-4:])]
    result = ["\n".join([f"--- {name}:", *lines]) for name, lines in parts if lines]
    verdicts = _verdicts(output)
    # The first failure is the cause of others more often than the last.
    if len(verdicts) > 12:
        verdicts = [*verdicts[:8], f"... and {len(verdicts) - 12} lines more ...", *verdicts[-4:]]
    result.append("\n".join([f"--- failed with status {status}, logs in {folder}:", *verdicts,
                             *([f"lab: {error}"] if error else [])]))
    return "\n".join(result)
