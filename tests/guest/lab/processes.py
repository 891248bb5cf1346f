# SPDX-License-Identifier: Apache-2.0
"""Child processes that never outlive the laboratory, even when it is killed."""

import ctypes
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # prctl(2)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(command: list[str], log: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Starts `command` with its error stream (and output, unless given) appended to `log`."""
    with open(log, "ab") as handle:
        handle.write(("$ " + " ".join(command) + "\n").encode())
        handle.flush()
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=handle,
                                stdout=options.pop("stdout", handle), preexec_fn=_die_with_parent, **options)


def stop(process: subprocess.Popen[bytes], patience: float = 10.0) -> int:
    """SIGTERM, then SIGKILL after `patience` seconds; returns the exit status (negative = signal)."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def tail(path: Path, lines: int = 3) -> str:
    """What a log ends with, in one line, for error messages: the panic if there is one, else the last lines."""
    try:
        text = path.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "(no log)"
    text = [line for line in text if line and not line.startswith("$ ")]
    trouble = [line for line in text if re.search(r"Kernel panic|BUG: |Oops", line)]
    return " | ".join(trouble[-1:] or text[-lines:]) or "(empty log)"


def resources(pid: int) -> dict[str, int]:
    """Descriptors, threads and resident KiB of a process, from /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    numbers = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if len(line.split()) > 1}
    return {"descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": int(numbers["Threads"]),
            "resident_kib": int(numbers["VmRSS"]), "maps": len(Path(f"/proc/{pid}/maps").read_text().splitlines())}
