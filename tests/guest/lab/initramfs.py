# SPDX-License-Identifier: Apache-2.0
"""What is in the guest, as layers of cpio archives that the kernel unpacks one over the other.

Base (shell, modules), XRT and program layers change rarely and are cached by content; the layer of a run
(command, configuration, firmware, the user's files) is small and made each time.
"""

import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import cache
from .cpio import Archive
from .errors import LabError

GUEST_ROOT = Path(__file__).resolve().parents[1] / "guest-root"
SCENARIOS = GUEST_ROOT.parent / "scenarios"
LIBRARIES = "usr/lib/x86_64-linux-gnu"
XRT_TOOLS = ("xrt-smi", "xrt-runner")
# Opened at run time, so no NEEDED entry leads to it.
XRT_PLUGINS = ("libxrt_driver_xdna.so.2",)
OS_RELEASE = b'NAME="aie4sim guest"\nID=debian\nVERSION_ID="13"\nPRETTY_NAME="aie4sim guest"\n'
FIRMWARE = {"npu": "npu.dev.sbin", "cert": "cert.dev.sbin"}


def base_layer(busybox_set: Path, kernel_set: Path) -> Path:
    """Shell, init and the driver's modules."""
    sources = sorted(GUEST_ROOT.iterdir())
    scenarios = sorted(SCENARIOS.glob("*.sh"))
    key = cache.digest(1, busybox_set.name, kernel_set.name, [path.name for path in scenarios], *scenarios, *sources)

    def make() -> bytes:
        archive = Archive()
        for folder in ("proc", "sys", "dev", "tmp", "root", "lib"):
            archive.folder(folder)
        # The kernel opens it for init before anything is mounted.
        archive.character_device("dev/console", 5, 1)
        busybox = busybox_set / "usr/bin/busybox"
        archive.file("bin/busybox", busybox.read_bytes(), executable=True)
        applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout
        for applet in applets.split():
            if applet != "busybox":
                archive.link(f"bin/{applet}", "busybox")
        archive.file("init", (GUEST_ROOT / "init").read_bytes(), executable=True)
        for name in ("functions.sh", "profile.sh", "scenarios.sh"):
            archive.file(f"lab/{name}", (GUEST_ROOT / name).read_bytes())
        for path in scenarios:
            archive.file(f"lab/scenarios/{path.name}", path.read_bytes())
        for path in sorted((kernel_set / "modules").iterdir()):
            archive.file(f"lab/modules/{path.name}", path.read_bytes())
        return archive.bytes()

    return cache.file_entry(cache.root() / "layers" / f"base-{key}.cpio", make)


def needed(elf: bytes) -> list[str]:
    """NEEDED library names of a 64-bit ELF, by its dynamic segment."""
    def u(offset: int, size: int) -> int:
        return int.from_bytes(elf[offset:offset + size], "little")

    headers = [(u(32, 8) + i * u(54, 2)) for i in range(u(56, 2))]
    loads = [(u(h + 16, 8), u(h + 8, 8), u(h + 32, 8)) for h in headers if u(h, 4) == 1]
    dynamic = next(((u(h + 8, 8), u(h + 32, 8)) for h in headers if u(h, 4) == 2), None)
    if dynamic is None:
        return []
    entries = [(u(p, 8), u(p + 8, 8)) for p in range(dynamic[0], sum(dynamic), 16)]
    address = next(value for tag, value in entries if tag == 5)  # DT_STRTAB
    strings = next(offset + address - start for start, offset, size in loads if start <= address < start + size)
    return [elf[strings + value:elf.index(b"\0", strings + value)].decode() for tag, value in entries if tag == 1]


def library_closure(roots: list[Path], folders: list[Path]) -> dict[str, Path]:
    """Libraries that `roots` need, by name, looked up in `folders`."""
    found: dict[str, Path] = {}
    queue = list(roots)
    while queue:
        elf = queue.pop()
        for name in needed(elf.read_bytes()):
            if name in found:
                continue
            path = next((folder / name for folder in folders if (folder / name).exists()), None)
            if path is None:
                raise LabError(f"expected library {name} (needed by {elf.name}) in the unpacked packages, not there")
            found[name] = path
            queue.append(path)
    return found


def xrt_layer(xrt_set: Path) -> Path:
    """XRT's command line tools and the libraries they need."""
    def make() -> bytes:
        archive = Archive()
        libraries = xrt_set / LIBRARIES
        tools = [xrt_set / "usr/bin" / name for name in XRT_TOOLS]
        plugins = [libraries / name for name in XRT_PLUGINS]
        for tool in tools:
            archive.file(f"usr/bin/{tool.name}", tool.read_bytes(), executable=True)
        files = library_closure(tools + plugins, [libraries]) | {path.name: path for path in plugins}
        for name, path in sorted(files.items()):
            archive.file(f"{LIBRARIES}/{name}", path.read_bytes(), executable=True)
        loader = "ld-linux-x86-64.so.2"
        if loader not in files:
            archive.file(f"{LIBRARIES}/{loader}", (libraries / loader).read_bytes(), executable=True)
        archive.link(f"lib64/{loader}", f"/{LIBRARIES}/{loader}")
        # examine reports "No such node (host.os.cores)" without it.
        archive.file("etc/os-release", OS_RELEASE)
        return archive.bytes()

    key = cache.digest(1, xrt_set.name, XRT_TOOLS, XRT_PLUGINS)
    return cache.file_entry(cache.root() / "layers" / f"xrt-{key}.cpio", make)


def files_layer(name: str, files: dict[str, Path]) -> Path:
    """A cached layer of given guest paths -> host files (test programs, control code)."""
    key = cache.digest(1, sorted(files), *(files[target] for target in sorted(files)))

    def make() -> bytes:
        archive = Archive()
        for target in sorted(files):
            archive.file(target, files[target].read_bytes(), executable=True)
        return archive.bytes()

    return cache.file_entry(cache.root() / "layers" / f"{name}-{key}.cpio", make)


@dataclass
class RunContent:
    """The layer of one run."""
    command: str
    configuration: dict[str, str]
    firmware: dict[str, Path]
    files: dict[str, Path] = field(default_factory=dict)
    pf_name: str = "17f2_10"

    def archive(self) -> bytes:
        """The cpio bytes."""
        archive = Archive()
        archive.file("lab/command", (self.command + "\n").encode())
        archive.file("lab/config", "".join(
            f"{name}={shlex.quote(value)}\n" for name, value in sorted(self.configuration.items())).encode())
        for kind, path in self.firmware.items():
            archive.file(f"lib/firmware/amdnpu/{self.pf_name}/{FIRMWARE[kind]}", path.read_bytes())
        for target, path in sorted(self.files.items()):
            archive.file(target, path.read_bytes(), executable=True)
        return archive.bytes()


def assemble(target: Path, layers: list[Path], content: RunContent) -> None:
    """Writes the initramfs: layers, then the run's own archive."""
    with open(target, "wb") as handle:
        for layer in layers:
            data = layer.read_bytes()
            handle.write(data + b"\0" * (-len(data) % 4))
        handle.write(content.archive())
