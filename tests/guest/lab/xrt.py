# SPDX-License-Identifier: Apache-2.0
"""Control code for XRT: assembled with the distribution's `aiebu-asm`, which runs through its own loader."""

import os
import shutil
import subprocess
from pathlib import Path

from . import cache, data_programs, initramfs
from .errors import LabError

CLIENT = Path(__file__).resolve().parents[1] / "programs" / "xrt" / "npu-xrt.cpp"
# The libraries come from a newer distribution than the host's; they are resolved in the guest, not here.
CLIENT_FLAGS = ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-Wl,--allow-shlib-undefined"]
SOURCES = Path(__file__).resolve().parents[1] / "programs" / "control-code"


def assemble(xrt_set: Path) -> dict[str, Path]:
    """File name -> file: for every aie4_config description in the source folder and every program that moves data,
    the ELF and the assembly text it comes from."""
    sources = sorted([*SOURCES.glob("*.asm"), *SOURCES.glob("*.json")])
    key = cache.digest(2, xrt_set.name, [path.name for path in sources], *sources, *data_programs.SOURCES)
    libraries = xrt_set / initramfs.LIBRARIES
    tool = [str(libraries / "ld-linux-x86-64.so.2"), "--library-path", str(libraries),
            str(xrt_set / "usr/bin/aiebu-asm")]

    def fill(target: Path) -> None:
        for path in sources:
            shutil.copyfile(path, target / path.name)
        for name, text in data_programs.texts().items():
            (target / name).write_text(text, encoding="ascii")
        for description in sorted(target.glob("*.json")):
            elf = description.with_suffix(".elf")
            done = subprocess.run([*tool, "-t", "aie4_config", "-j", description.name, "-o", elf.name], cwd=target,
                                  capture_output=True, text=True, check=False)
            if done.returncode or not elf.is_file():
                raise LabError(f"aiebu-asm refuses {description.name} ({done.returncode}): "
                               f"{(done.stdout + done.stderr).strip()[-400:]}")

    folder = cache.folder_entry(cache.root() / "control-code" / key, fill)
    return {path.name: path for path in sorted(folder.iterdir()) if path.suffix in (".elf", ".asm")}


def build_client(xrt_set: Path) -> Path:
    """Our client of XRT's public API, compiled with the host's compiler against the distribution's headers."""
    key = cache.digest(1, CLIENT_FLAGS, xrt_set.name, CLIENT)

    def fill(target: Path) -> None:
        compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("c++")
        if not compiler:
            raise LabError("expected a C++ compiler (g++) for the XRT client, found none")
        include = xrt_set / "usr/include"
        done = subprocess.run([compiler, *CLIENT_FLAGS, "-isystem", str(include), "-isystem", str(include / "xrt"),
                               "-o", str(target / CLIENT.stem), str(CLIENT),
                               str(xrt_set / initramfs.LIBRARIES / "libxrt_coreutil.so.2")],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"{CLIENT.name} does not compile:\n{done.stderr}")

    return cache.folder_entry(cache.root() / "programs" / f"xrt-{key}", fill) / CLIENT.stem


def control_code_layer(xrt_set: Path) -> Path:
    """ELFs with their sources and the runner's recipes, in /lab/xrt, and our client, as an initramfs layer."""
    files = assemble(xrt_set)
    files |= {path.name: path for path in sorted((SOURCES / "recipes").glob("*.json"))}
    targets = {f"lab/xrt/{name}": path for name, path in files.items()}
    targets[f"usr/bin/{CLIENT.stem}"] = build_client(xrt_set)
    return initramfs.files_layer("control-code", targets)
