# SPDX-License-Identifier: Apache-2.0
"""The guest's four serial ports as separate streams: console, command output, control, kernel log.

Control is a line protocol (guest -> laboratory on the left):

    hello             the init program runs       <- boot N       N counts the boots of this machine
    mark NAME         a point in time worth keeping
    note TEXT         shown to the user, kept in the result
    probe STATUS      the driver was loaded (0) or not
    trace BASE64      a line of the compressed kernel trace
    event NAME        a scenario tells the laboratory something
    counters NAME...  asks what the device has counted   <- counters VALUE...
    exit STATUS       the command ended             <- bye          when the whole kernel log has arrived
"""

import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Callable

from .errors import LabError

CONSOLE, OUTPUT, CONTROL, LOG = range(4)
END_OF_LOG = b"lab: end of log"


@dataclass
class Report:
    """What the control channel told."""
    boots: int = 0
    marks: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    probe: int | None = None
    status: int | None = None
    trace: list[str] = field(default_factory=list)


class Channels:
    """Laboratory ends of the four ports. `pump(port)` handles what arrived on one of them."""

    def __init__(self, folder: Path, output: Callable[[bytes], None], note: Callable[[str], None]) -> None:
        pairs = [socket.socketpair() for _ in range(4)]
        self.ours = [pair[0] for pair in pairs]
        self.guest = [pair[1] for pair in pairs]
        self.report = Report()
        self.device_counters: Callable[[], dict[str, int]] = dict
        self._output = output
        self._note = note
        self._partial = {CONTROL: b"", LOG: b""}
        self._log_ended = False
        self._files: dict[int, BinaryIO] = {
            CONSOLE: open(folder / "guest-console.txt", "wb"), LOG: open(folder / "guest-dmesg.txt", "wb"),
            OUTPUT: open(folder / "output.txt", "wb")}
        for end in self.ours:
            end.setblocking(False)

    def guest_descriptors(self) -> list[int]:
        """Descriptors that QEMU inherits."""
        return [end.fileno() for end in self.guest]

    def release_guest_ends(self) -> None:
        """Called once QEMU has them, so that its exit is seen as end of file."""
        for end in self.guest:
            end.close()

    def pump(self, port: int) -> bool:
        """Reads one port once; False when nothing was there or the guest is gone."""
        try:
            data = self.ours[port].recv(1 << 16)
        except (BlockingIOError, ConnectionResetError):
            return False
        if not data:
            return False
        if port in (CONTROL, LOG):
            *lines, self._partial[port] = (self._partial[port] + data).split(b"\n")
            for line in lines:
                (self._control if port == CONTROL else self._log)(line.rstrip(b"\r\0"))
        else:
            self._write(port, data)
        if port == OUTPUT:
            self._output(data)
        return True

    @property
    def finished(self) -> bool:
        """The command ended and nothing is missing from the log."""
        return self.report.status is not None and self._log_ended

    def drain(self) -> None:
        """Reads everything that is left; used after QEMU ended."""
        for port in range(4):
            while self.pump(port):
                pass

    def close(self) -> None:
        """Closes files and sockets."""
        for handle in (*self._files.values(), *self.ours, *self.guest):
            handle.close()

    def _write(self, port: int, data: bytes) -> None:
        self._files[port].write(data)
        self._files[port].flush()

    def _send(self, line: str) -> None:
        os.write(self.ours[CONTROL].fileno(), line.encode() + b"\n")

    def _log(self, line: bytes) -> None:
        self._write(LOG, line + b"\n")
        if line.endswith(END_OF_LOG):
            self._log_ended = True

    def _counted(self, names: list[str]) -> list[str]:
        counters = self.device_counters()
        if unknown := [name for name in names if name not in counters]:
            raise LabError(f"the device counts no {' and no '.join(unknown)}; it counts {', '.join(counters)}")
        return [str(counters[name]) for name in names]

    def _control(self, line: bytes) -> None:
        word, _, rest = line.decode(errors="replace").partition(" ")
        report = self.report
        now = time.monotonic()
        if word == "hello":
            report.boots += 1
            report.marks.setdefault("init", now)
            self._send(f"boot {report.boots}")
        elif word == "mark":
            report.marks.setdefault(rest, now)
        elif word == "note":
            report.notes.append(rest)
            self._note(rest)
        elif word == "event":
            report.events.append(rest)
        elif word == "trace":
            report.trace.append(rest)
        elif word == "counters":
            self._send(" ".join(["counters", *self._counted(rest.split())]))
        elif word == "probe":
            report.probe = int(rest)
            report.marks.setdefault("probed", now)
        elif word == "exit":
            report.status = int(rest)
            report.marks["exit"] = now
