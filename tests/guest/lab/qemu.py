# SPDX-License-Identifier: Apache-2.0
"""The virtual machine: which QEMU, and its command line.

Facts from the measured recipe: the `vfio-user-pci` client is in QEMU 11.1 and later; guest RAM must be a
shared memory backend or the device reads zeros; the vIOMMU must come before the devices it translates for;
the virtual functions sit at the routing ids of an SR-IOV capability with offset 8 and stride 8.
"""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .errors import LabError

MINIMUM = (11, 1)
PF_SLOT = 4
FIRST_VF_SLOT = 5
# Four plain UARTs; lines 5 and 7 are free on q35, and sharing 4 and 3 between ports loses interrupts.
SERIAL_LINES = (4, 3, 5, 7)


@dataclass
class Machine:
    """What a guest consists of."""
    kernel: Path
    initrd: Path
    append: str
    memory_mib: int
    iommu: bool
    pf: Path | None
    vfs: list[Path] = field(default_factory=list)
    qtest: Path | None = None
    reboot: bool = False
    trace: Path | None = None  # gets the time of every access that QEMU sends to a function


def find(unpacked: Path | None) -> tuple[list[str], dict[str, str]]:
    """Command prefix and environment of a new enough QEMU: AIE4SIM_QEMU, the system's, else `unpacked`."""
    chosen = os.environ.get("AIE4SIM_QEMU")
    system = chosen or shutil.which("qemu-system-x86_64")
    if system:
        text = subprocess.run([system, "--version"], capture_output=True, text=True, check=False).stdout
        match = re.search(r"version (\d+)\.(\d+)", text)
        if match and (int(match[1]), int(match[2])) >= MINIMUM:
            return [system], {}
        if chosen:
            raise LabError(f"AIE4SIM_QEMU={chosen}: expected QEMU 11.1 or newer, got '{text.strip()[:60]}'")
    if unpacked is None:
        return [], {}
    libraries = unpacked / "usr/lib/x86_64-linux-gnu"
    return ([str(libraries / "ld-linux-x86-64.so.2"), "--library-path", str(libraries),
             str(unpacked / "usr/bin/qemu-system-x86_64"), "-L", str(unpacked / "usr/share/qemu"),
             "-L", str(unpacked / "usr/share/seabios")], {"QEMU_MODULE_DIR": str(libraries / "qemu")})


def _npu(socket: Path, slot: int) -> list[str]:
    return ["-device", json.dumps({"driver": "vfio-user-pci", "addr": f"{slot:x}.0",
                                   "socket": {"type": "unix", "path": str(socket)}})]


def arguments(machine: Machine, serial_descriptors: list[int]) -> list[str]:
    """QEMU's arguments; `serial_descriptors` are connected sockets for ttyS0, ttyS1, ..."""
    result = ["-M", "q35,memory-backend=ram", "-accel", "tcg", "-cpu", "max", "-m", f"{machine.memory_mib}M",
              "-object", f"memory-backend-memfd,id=ram,size={machine.memory_mib}M,share=on",
              "-nodefaults", "-no-user-config", "-nic", "none", "-display", "none", "-monitor", "none",
              "-kernel", str(machine.kernel), "-initrd", str(machine.initrd), "-append", machine.append]
    for index, descriptor in enumerate(serial_descriptors):
        result += ["-chardev", f"socket,id=serial{index},fd={descriptor}",
                   "-device", f"isa-serial,index={index},irq={SERIAL_LINES[index]},chardev=serial{index}"]
    if not machine.reboot:
        result += ["-no-reboot"]
    if machine.trace:
        result += ["-msg", "timestamp=on", "-trace", "vfio_user_region_rw", "-D", str(machine.trace)]
    if machine.qtest:
        result += ["-qtest", f"unix:{machine.qtest},server=on,wait=off", "-qtest-log", "none"]
    if machine.iommu:
        result += ["-device", "intel-iommu,caching-mode=on,intremap=off"]
    if machine.pf:
        result += _npu(machine.pf, PF_SLOT)
    for index, socket in enumerate(machine.vfs):
        result += _npu(socket, FIRST_VF_SLOT + index)
    return result
