# SPDX-License-Identifier: Apache-2.0
"""Builds the in-guest test programs against the guest kernel's own header."""

import os
import shutil
import subprocess
from pathlib import Path

from . import cache, initramfs
from .errors import LabError

SOURCES = Path(__file__).resolve().parents[1] / "programs"
FLAGS = ["-std=c11", "-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-static",
         "-pthread"]


def build(kernel_set: Path) -> dict[str, Path]:
    """Program name -> static executable; `npu-*.c` are programs, the other sources are shared."""
    sources = sorted(SOURCES.glob("*.c"))
    headers = sorted(SOURCES.glob("*.h"))
    key = cache.digest(1, FLAGS, kernel_set.name, *sources, *headers)
    mains = [path for path in sources if path.name.startswith("npu-")]
    shared = [str(path) for path in sources if path not in mains]

    def fill(target: Path) -> None:
        compiler = os.environ.get("CC") or shutil.which("gcc") or shutil.which("cc")
        if not compiler:
            raise LabError("expected a C compiler (gcc) for the in-guest programs, found none")
        for main in mains:
            done = subprocess.run([compiler, *FLAGS, "-isystem", str(kernel_set / "include"), "-o",
                                   str(target / main.stem), str(main), *shared],
                                  capture_output=True, text=True, check=False)
            if done.returncode:
                raise LabError(f"{main.name} does not compile:\n{done.stderr}")

    folder = cache.folder_entry(cache.root() / "programs" / key, fill)
    return {main.stem: folder / main.stem for main in mains}


def layer(kernel_set: Path) -> Path:
    """The programs as an initramfs layer."""
    built = build(kernel_set)
    return initramfs.files_layer("programs", {f"usr/bin/{name}": path for name, path in built.items()})
