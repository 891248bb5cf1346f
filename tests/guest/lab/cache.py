# SPDX-License-Identifier: Apache-2.0
"""The download and build cache: atomic entries, and one lock so that parallel test processes do not race."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator

REPOSITORY = Path(__file__).resolve().parents[3]


def root() -> Path:
    """The cache folder: AIE4SIM_CACHE, or `.cache` at the repository root (outside of any build tree)."""
    return Path(os.environ.get("AIE4SIM_CACHE") or REPOSITORY / ".cache").resolve() / "guest"


@contextlib.contextmanager
def lock(name: str = "cache") -> Iterator[None]:
    """Exclusive lock over the whole cache; the kernel releases it when the holder dies."""
    folder = root()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("lab: another laboratory is filling the cache, waiting for it", file=sys.stderr, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def digest(*parts: Any) -> str:
    """Short content key of strings, bytes, paths (their content and mode) and JSON-able values."""
    key = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            data = part.read_bytes()
        elif isinstance(part, bytes):
            data = part
        else:
            data = json.dumps(part, sort_keys=True).encode()
        key.update(len(data).to_bytes(8, "little"))
        key.update(data)
    return key.hexdigest()[:20]


def folder_entry(path: Path, fill: Callable[[Path], None]) -> Path:
    """Returns folder `path`, calling `fill(temporary folder)` and renaming when it does not exist yet.

    A killed `fill` leaves only a temporary folder that nobody looks at.
    """
    if path.is_dir():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        temporary.chmod(0o755)
        fill(temporary)
        try:
            temporary.rename(path)
        except OSError:
            if not path.is_dir():  # otherwise another process was faster with the same content
                raise
    finally:
        if temporary.exists():
            shutil.rmtree(temporary, ignore_errors=True)
    return path


def file_entry(path: Path, make: Callable[[], bytes]) -> Path:
    """Returns file `path`, writing `make()` to it atomically when it does not exist yet."""
    if not path.is_file():
        write_atomic(path, make())
    return path


def write_atomic(path: Path, data: bytes) -> None:
    """Writes `data` so that a reader sees the old or the new file, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in pieces, so that a 100 MB package does not sit in memory."""
    key = hashlib.sha256()
    with open(path, "rb") as handle:
        while piece := handle.read(1 << 20):
            key.update(piece)
    return key.hexdigest()
