# SPDX-License-Identifier: Apache-2.0
"""Which modules the driver needs, in which order: read from the modules themselves (`depends=`)."""

import re
from pathlib import Path

from .compression import decompress
from .errors import LabError

SUFFIX = re.compile(r"\.ko(\.xz|\.zst|\.gz)?$")


def canonical(name: str) -> str:
    """Module names use _ and - as the same character."""
    return name.replace("-", "_")


def index(tree: Path) -> dict[str, Path]:
    """Canonical name -> file of every module below `tree`."""
    return {canonical(SUFFIX.sub("", path.name)): path for path in tree.rglob("*.ko*") if SUFFIX.search(path.name)}


def depends(module: bytes) -> list[str]:
    """Names in the module's `depends=` entry."""
    match = re.search(rb"\x00depends=([^\x00]*)\x00", module)
    return [name for name in match[1].decode().split(",") if name] if match else []


def load_order(wanted: list[str], files: dict[str, Path], builtin: set[str]) -> list[tuple[str, bytes]]:
    """(name, uncompressed module) of `wanted` and all that they need, dependencies first."""
    order: list[tuple[str, bytes]] = []
    seen: set[str] = set()

    def visit(name: str, needed_by: str) -> None:
        name = canonical(name)
        if name in seen or name in builtin:
            return
        seen.add(name)
        if name not in files:
            raise LabError(f"expected module {name} (needed by {needed_by}) in the kernel package, it is not there")
        data = decompress(files[name].read_bytes())
        for dependency in depends(data):
            visit(dependency, name)
        order.append((name, data))

    for name in wanted:
        visit(name, "the laboratory")
    return order


def builtin_names(listing: str) -> set[str]:
    """Canonical names in a `modules.builtin` file."""
    return {canonical(SUFFIX.sub("", Path(line).name)) for line in listing.split()}
