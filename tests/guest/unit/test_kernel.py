# SPDX-License-Identifier: Apache-2.0
"""Extraction of the ELF from a bzImage, and module dependencies, on images made by hand."""

import gzip
import lzma
import struct
import tempfile
import unittest
from pathlib import Path

from lab import kernel, modules
from lab.errors import LabError


def elf_with_note(note_name: bytes, note_type: int) -> bytes:
    """Smallest 64-bit ELF with one PT_NOTE."""
    note = struct.pack("<III", len(note_name), 4, note_type) + note_name.ljust(4, b"\0") + b"\0\0\0\0"
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    program = struct.pack("<IIQQQQQQ", 4, 4, 120, 0, 0, len(note), len(note), 4)
    return header + program + note


def bzimage(payload: bytes, size: int) -> bytes:
    """A setup header of one sector and the payload behind it."""
    payload += struct.pack("<I", size)
    image = bytearray(1024)
    image[0x1F1] = 1
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<II", image, 0x248, 16, len(payload))
    return bytes(image) + bytes(16) + payload


class KernelTest(unittest.TestCase):
    def test_the_elf_comes_out_of_gzip_and_xz_images(self) -> None:
        elf = elf_with_note(b"Xen\0", 18)
        for packed in (gzip.compress(elf), lzma.compress(elf)):
            self.assertEqual(kernel.extract_elf(bzimage(packed, len(elf))), elf)

    def test_something_else_than_a_bzimage_is_named(self) -> None:
        with self.assertRaisesRegex(LabError, "HdrS"):
            kernel.extract_elf(b"\x7fELF" + bytes(2000))

    def test_a_payload_beyond_the_file_is_named(self) -> None:
        with self.assertRaisesRegex(LabError, "outside"):
            kernel.extract_elf(bzimage(b"x" * 64, 64)[:-20])

    def test_a_payload_that_is_no_elf_is_named(self) -> None:
        with self.assertRaisesRegex(LabError, "not an ELF"):
            kernel.extract_elf(bzimage(gzip.compress(b"no elf"), 6))

    def test_the_pvh_note_is_found_and_others_are_not_taken_for_it(self) -> None:
        self.assertTrue(kernel.has_pvh_entry(elf_with_note(b"Xen\0", 18)))
        self.assertFalse(kernel.has_pvh_entry(elf_with_note(b"Xen\0", 5)))
        self.assertFalse(kernel.has_pvh_entry(elf_with_note(b"GNU\0", 18)))


class ModulesTest(unittest.TestCase):
    def test_dependencies_come_first_each_once_and_built_in_ones_not_at_all(self) -> None:
        contents = {"top": b"mid-one,mid_two", "mid-one": b"base,builtin", "mid_two": b"base", "base": b""}
        with tempfile.TemporaryDirectory() as folder:
            for name, needs in contents.items():
                data = b"\x7fELF\0depends=" + needs + b"\0name=x\0"
                (Path(folder) / f"{name}.ko.xz").write_bytes(lzma.compress(data))
            order = [n for n, _ in modules.load_order(["top"], modules.index(Path(folder)), {"builtin"})]
        self.assertEqual(order, ["base", "mid_one", "mid_two", "top"])

    def test_a_missing_module_is_named_with_who_needs_it(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "top.ko").write_bytes(b"\0depends=gone\0")
            with self.assertRaisesRegex(LabError, "gone .needed by top"):
                modules.load_order(["top"], modules.index(Path(folder)), set())

    def test_built_in_names_lose_folder_and_suffix(self) -> None:
        self.assertEqual(modules.builtin_names("kernel/a/foo-bar.ko\nkernel/b.ko\n"), {"foo_bar", "b"})
