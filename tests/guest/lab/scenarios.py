# SPDX-License-Identifier: Apache-2.0
"""Scenarios: several in one boot, the faults of the catalogue, and the killing of machines."""

import argparse
import json
import re
import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path

from . import processes, session
from .errors import LabError
from .initramfs import SCENARIOS

FAULTS = SCENARIOS / "faults.json"


def names() -> list[str]:
    """Scenarios that run inside a guest; `*-steps.sh` are what several share."""
    return sorted(path.stem for path in SCENARIOS.glob("*.sh") if not path.stem.endswith("-steps"))


def extra_options(name: str) -> list[str]:
    """Laboratory options that a scenario asks for in its `# options:` line."""
    path = SCENARIOS / f"{name}.sh"
    if not path.is_file():
        raise LabError(f"no scenario '{name}'; there are: {', '.join(names())}")
    match = re.search(r"^# options: (.*)$", path.read_text(), re.M)
    return shlex.split(match[1]) if match else []


def check_server_log(chosen: list[str], log: Path) -> None:
    """What the device has to have said of itself: the `# server log:` line of a scenario, a regular expression."""
    for name in chosen:
        match = re.search(r"^# server log: (.*)$", (SCENARIOS / f"{name}.sh").read_text(), re.M)
        if match and not re.search(match[1], log.read_text(errors="replace")):
            raise LabError(f"scenario {name}: expected a line like '{match[1]}' in {log}, there is none "
                           "(the simulator's diagnostics)")


def command(chosen: list[str]) -> str:
    """What the guest runs for these scenarios."""
    return "exec sh /lab/scenarios.sh " + shlex.join(chosen)


def fault_groups() -> dict[str, list[dict[str, object]]]:
    """Group name -> rows. The faults of a group are armed together, each for one stroke, and strike in the order of
    the rows because the driver reaches them in that order."""
    return dict(json.loads(FAULTS.read_text()))


def fault_command(rows: list[dict[str, object]]) -> str:
    """Guest shell text that goes through the rows of a group."""
    lines = [". /lab/scenarios/fault-steps.sh"]
    for row in rows:
        expected = row["expect"]
        patterns = [expected] if isinstance(expected, str) else expected
        assert isinstance(patterns, list)
        lines.append(shlex.join(["fault_row", str(row["fault"]), str(row["when"]), *map(str, patterns)]))
    return "\n".join([*lines, "fault_end", "exit $FAILURES"])


def kill_machines(options: session.Options, rounds: int) -> int:
    """Kills QEMU with commands in flight, `rounds` times against one server, which must accept the next one and
    keep neither descriptors nor threads nor memory of the dead. The last machine ends normally."""
    def output(data: bytes) -> None:
        sys.stdout.buffer.write(data)

    options = replace(options, xrt=False)
    with session.Session(options, ". /lab/functions.sh; . /lab/scenarios/in-flight.sh", output) as lab:
        lab.prepare()
        assert lab.server
        history: list[dict[str, int]] = []
        begun = time.monotonic()
        for index in range(rounds):
            lab.boot()
            channels = lab.channels
            assert channels
            lab.wait(lambda: "in-flight" in channels.report.events or channels.finished)
            if channels.report.status is not None:
                raise LabError(f"round {index + 1}: expected commands in flight, the guest's command ended with "
                               f"{channels.report.status}: {processes.tail(options.log_dir / 'output.txt')}")
            lab.kill_machine()
            history.append(lab.settled_resources(history[0] if history else None))
            print(f"round {index + 1} of {rounds}: {history[-1]}, {time.monotonic() - begun:.0f} s", flush=True)
        check_growth(history)
        lab.command = "npu-commands --commands 500 --contexts 8"
        lab.make_initrd()
        lab.boot()
        lab.wait()
        channels = lab.channels
        assert channels
        status = channels.report.status or 0
        lab.kill_machine()
        return status or lab.server.stop()


def check_growth(history: list[dict[str, int]]) -> None:
    """One entry a killed machine. The first may leave behind what the server opens once; after it descriptors and
    threads stay the same. Memory may settle, so the second half of the rounds is compared with its own beginning."""
    first, last = history[0], history[-1]
    for what in ("descriptors", "threads"):
        if last[what] != first[what]:
            raise LabError(f"the device server has {last[what]} {what} after {len(history)} killed machines, expected "
                           f"{first[what]} as after the first (server leaks)")
    half = history[len(history) // 2]["resident_kib"]
    if len(history) >= 10 and last["resident_kib"] > half * 1.05 + 2048:
        raise LabError(f"the device server grew from {half} KiB to {last['resident_kib']} KiB in the second half of "
                       f"{len(history)} killed machines (server leaks)")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lab.py test`."""
    parser.add_argument("--faults", metavar="GROUP", help="run a group of the fault catalogue")
    parser.add_argument("--kill-rounds", type=int, metavar="N", help="kill N machines with commands in flight")
    parser.add_argument("scenario", nargs="*", help=f"in one boot, in this order: {', '.join(names())}")
