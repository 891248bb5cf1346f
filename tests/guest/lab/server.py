# SPDX-License-Identifier: Apache-2.0
"""The device server process, seen from the laboratory: start, wait for `ready`, stop, collect."""

import json
import select
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import processes
from .errors import LabError

READY_PATIENCE = 30.0
REPORT_PATIENCE = 10.0


@dataclass
class Wiring:
    """Sockets and files between server and machine."""
    pf: Path | None
    vfs: list[Path]
    qtest: Path | None
    record: Path
    log: Path
    summary: Path
    static_vf: bool = False
    faults: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)


def command_line(template: str, wiring: Wiring) -> list[str]:
    """Fills `{wiring}` (all options as `aie4sim serve` takes them) and `{name}` fields into the template."""
    options = ["--pf", str(wiring.pf)] if wiring.pf else []
    for vf in wiring.vfs:
        options += ["--static-vf" if wiring.static_vf else "--vf", str(vf)]
    if wiring.qtest:
        options += ["--qtest", str(wiring.qtest)]
    options += ["--record", str(wiring.record), "--log", str(wiring.log), "--summary-json", str(wiring.summary)]
    for fault in wiring.faults:
        options += ["--fault", fault]
    options += wiring.extra
    words = []
    for word in shlex.split(template):
        words += options if word == "{wiring}" else [word]
    return words


class Server:
    """A running device server."""

    def __init__(self, template: str, wiring: Wiring, folder: Path) -> None:
        self.wiring = wiring
        self.log = folder / "server.log"
        self.command = command_line(template, wiring)
        started = time.monotonic()
        try:
            self.process = processes.spawn(self.command, self.log, stdout=subprocess.PIPE)
        except OSError as error:
            raise LabError(f"cannot start the device server {self.command[0]}: {error.strerror}") from None
        self._wait_ready()
        self.start_seconds = round(time.monotonic() - started, 3)

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_PATIENCE
        assert self.process.stdout
        seen = b""
        while b"ready" not in seen.split(b"\n")[:-1]:
            readable = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]
            piece = self.process.stdout.read1(4096) if readable else b""  # type: ignore[attr-defined]
            if not piece:
                # A server that ended closed its output first: its own status says more than ours from stopping it.
                status = self._status_soon() if readable else None
                self.stop()
                what = f"said nothing for {READY_PATIENCE:.0f} s" if not readable else (
                    "closed its output" if status is None else f"ended with status {status}")
                raise LabError(f"expected the line 'ready' from the device server, it {what}: "
                               f"{processes.tail(self.log)}")
            seen += piece

    def ask_who_waits(self) -> None:
        """The server logs what waits for what; pending signals are taken in the order of their numbers, so a stop
        right behind it does not swallow the report."""
        self.process.send_signal(signal.SIGUSR1)

    def counters(self) -> dict[str, int]:
        """What the device has counted since it was built, from a summary that the running server is asked for."""
        self.wiring.summary.unlink(missing_ok=True)
        self.ask_who_waits()
        deadline = time.monotonic() + REPORT_PATIENCE
        while time.monotonic() < deadline:
            try:
                summary = json.loads(self.wiring.summary.read_text())
                return {name: entry["value"] for name, entry in summary["counters"].items()}
            except (FileNotFoundError, json.JSONDecodeError):  # not there, or half of it
                time.sleep(0.002)
        raise LabError(f"expected a summary from the device server in {self.wiring.summary} when asked by SIGUSR1, "
                       f"none came for {REPORT_PATIENCE:.0f} s: {processes.tail(self.log)}")

    def _status_soon(self) -> int | None:
        try:
            return self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> int:
        """Ends the server (SIGTERM) and returns its exit status; its remaining output goes to the log."""
        status = processes.stop(self.process)
        if self.process.stdout and not self.process.stdout.closed:
            rest = self.process.stdout.read()
            with open(self.log, "ab") as handle:
                handle.write(rest)
            self.process.stdout.close()
        return status
