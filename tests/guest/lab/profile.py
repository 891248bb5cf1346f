# SPDX-License-Identifier: Apache-2.0
"""Collects what `aie4sim profile --merge` makes one timeline of: the guest kernel's trace, and what QEMU and the device server
noted on the computer's clock meanwhile."""

import base64
import binascii
import gzip
import re
import subprocess
import time
from datetime import datetime
from pathlib import Path

from . import initramfs, qemu
from .errors import LabError

# In the folder of the logs, beside the transcript: the guest's trace, the server's, and QEMU's.
GUEST_TRACE, HOST_TIMES, DEVICE_TRACE, QEMU_TRACE = FILES = (
    "guest-trace.txt", "host-times", "device.pftrace", "qemu-trace.log")
COREUTIL = "libxrt_coreutil.so.2"
# XRT's calls that begin and end a command, by their mangled names.
PROBES = {"_ZN3xrt3run5startEv": "run_start", "_ZN3xrt3run5startERKNS_9autostartE": "run_start_auto",
          "_ZN3xrt7runlist7executeEv": "runlist_execute",
          "_ZNK3xrt3run4waitERKNSt6chrono8durationIlSt5ratioILl1ELl1000EEEE": "run_wait",
          "_ZNK3xrt3run5wait2ERKNSt6chrono8durationIlSt5ratioILl1ELl1000EEEE": "run_wait2",
          "_ZNK3xrt7runlist4waitERKNSt6chrono8durationIlSt5ratioILl1ELl1000EEEE": "runlist_wait"}
WRITE = re.compile(r"^(\S+)Z vfio_user_region_rw +region (\d+) offset 0x([0-9a-f]+) ")


def file_offset(elf: bytes, address: int) -> int:
    """Where in the file the byte is that is loaded at `address`."""
    def u(offset: int, size: int) -> int:
        return int.from_bytes(elf[offset:offset + size], "little")

    for header in (u(32, 8) + i * u(54, 2) for i in range(u(56, 2))):
        offset, start, size = u(header + 8, 8), u(header + 16, 8), u(header + 32, 8)
        if u(header, 4) == 1 and start <= address < start + size:
            return address - start + offset
    raise LabError(f"expected an address that is loaded, came {address:#x}")


def uprobes(xrt_set: Path) -> str:
    """Definitions for the kernel's uprobe_events: entry of and return from XRT's calls."""
    library = xrt_set / initramfs.LIBRARIES / COREUTIL
    listed = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, check=False)
    if listed.returncode:
        raise LabError(f"nm {library.name} ended with {listed.returncode}: {listed.stderr.strip()}")
    elf, lines = library.read_bytes(), []
    for line in listed.stdout.splitlines():
        address, _, symbol = line.split(maxsplit=2)
        symbol = symbol.partition("@")[0]
        if symbol in PROBES:
            place = f"/{initramfs.LIBRARIES}/{COREUTIL}:{file_offset(elf, int(address, 16)):#x}"
            lines += [f"p:xrt/{PROBES[symbol]} {place} object=%di:x64", f"r:xrt/{PROBES[symbol]}_end {place}"]
    return "".join(f"{line}\n" for line in lines)


def unpack(lines: list[str]) -> str:
    """The text from the lines of the control port."""
    if not lines:
        raise LabError("expected the kernel's trace from the guest, none came (guest at fault: see the notes above)")
    try:
        return gzip.decompress(base64.b64decode("".join(lines), validate=True)).decode(errors="replace")
    except (binascii.Error, EOFError, OSError) as error:
        raise LabError(f"the kernel's trace did not arrive whole (laboratory at fault): {error}") from None


def function_name(address: str) -> str:
    """The transcript's name of the function at a PCI address of the guest."""
    slot = int(address.split(":")[2].split(".")[0], 16)
    return "pf" if slot == qemu.PF_SLOT else f"vf{slot - qemu.PF_SLOT - 1}"


def sent(log: str, realtime_ahead_ns: int) -> list[str]:
    """From QEMU's trace: `sent NS REGION OFFSET` for each access that it sent, on the monotonic clock."""
    def host_ns(text: str) -> int:
        return round(datetime.fromisoformat(text + "+00:00").timestamp() * 10**6) * 1000 - realtime_ahead_ns

    return [f"sent {host_ns(when)} {region} 0x{offset}"
            for when, region, offset in (match.groups() for match in map(WRITE.match, log.splitlines()) if match)]


def guest_text(lines: list[str], qemu_trace: str) -> str:
    """What `--merge` reads of the guest."""
    text = re.sub(r"^function (\S+)", lambda match: f"function {function_name(match[1])}", unpack(lines), flags=re.MULTILINE)
    ahead = time.time_ns() - time.monotonic_ns()
    return "".join(f"{line}\n" for line in sent(qemu_trace, ahead)) + text


def write(target: Path, lines: list[str], aie4sim: Path, folder: Path) -> str:
    """Writes the timeline of a run from what is in its folder; a sentence about it."""
    (folder / GUEST_TRACE).write_text(guest_text(lines, (folder / QEMU_TRACE).read_text(errors="replace")))
    done = subprocess.run([str(aie4sim), "profile", str(target), "--merge", str(folder)], capture_output=True, text=True,
                          check=False)
    if done.returncode > 1:
        raise LabError(f"aie4sim profile ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()
