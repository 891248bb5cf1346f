# SPDX-License-Identifier: Apache-2.0
"""Writer for the "newc" cpio format, which is what the kernel unpacks as initramfs.

Layout (kernel documentation, "initramfs buffer format"): a 110-byte ASCII header of 8-digit hex fields, the
name with its NUL, padding to 4; the data, padding to 4; a TRAILER!!! entry ends an archive. Several archives
may follow each other, which is how layers are stacked.
"""

import stat

TRAILER = "TRAILER!!!"


def _entry(inode: int, mode: int, name: str, data: bytes, device: tuple[int, int] = (0, 0)) -> bytes:
    encoded = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, device[0], device[1], len(encoded), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


class Archive:
    """An initramfs layer in memory. Missing parent folders are added; equal input gives equal bytes."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._names: set[str] = set()

    def _add(self, name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> None:
        name = name.strip("/")
        parent = name.rpartition("/")[0]
        if parent and parent not in self._names:
            self.folder(parent)
        if name in self._names:
            raise ValueError(f"{name} is already in the archive")
        self._names.add(name)
        self._pieces.append(_entry(len(self._names), mode, name, data, device))

    def folder(self, name: str) -> None:
        """Adds a folder and its parents; adding it again changes nothing."""
        if name.strip("/") not in self._names:
            self._add(name, stat.S_IFDIR | 0o755)

    def file(self, name: str, data: bytes, executable: bool = False) -> None:
        """Adds a regular file."""
        self._add(name, stat.S_IFREG | (0o755 if executable else 0o644), data)

    def link(self, name: str, target: str) -> None:
        """Adds a symbolic link."""
        self._add(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name: str, major: int, minor: int) -> None:
        """Adds a character device node."""
        self._add(name, stat.S_IFCHR | 0o600, device=(major, minor))

    def bytes(self) -> bytes:
        """The archive with its trailer."""
        return b"".join(self._pieces) + _entry(0, 0, TRAILER, b"")
