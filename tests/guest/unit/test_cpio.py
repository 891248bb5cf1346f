# SPDX-License-Identifier: Apache-2.0
"""The initramfs writer, read back by an independent parser of the newc layout."""

import stat
import unittest

from lab.cpio import Archive


def parse(data: bytes) -> list[tuple[str, int, bytes]]:
    """(name, mode, content) of each entry before the trailer."""
    entries = []
    position = 0
    while True:
        assert data[position:position + 6] == b"070701", position
        fields = [int(data[position + 6 + 8 * i:position + 14 + 8 * i], 16) for i in range(13)]
        name_end = position + 110 + fields[11]
        name = data[position + 110:name_end - 1].decode()
        begin = (name_end + 3) // 4 * 4
        content = data[begin:begin + fields[6]]
        position = (begin + fields[6] + 3) // 4 * 4
        if name == "TRAILER!!!":
            assert position == len(data), "bytes behind the trailer"
            return entries
        entries.append((name, fields[1], content))


class CpioTest(unittest.TestCase):
    def test_parents_come_before_children_and_only_once(self) -> None:
        archive = Archive()
        archive.file("a/b/one", b"1")
        archive.file("/a/b/two", b"22", executable=True)
        names = [name for name, _, _ in parse(archive.bytes())]
        self.assertEqual(names, ["a", "a/b", "a/b/one", "a/b/two"])

    def test_content_of_every_length_survives_the_padding(self) -> None:
        for length in range(9):
            archive = Archive()
            archive.file("x" * (length + 1), b"\xaa" * length)
            archive.file("after", b"after")
            entries = parse(archive.bytes())
            self.assertEqual(entries[0][2], b"\xaa" * length)
            self.assertEqual(entries[1], ("after", stat.S_IFREG | 0o644, b"after"))

    def test_modes_tell_links_folders_and_programs_apart(self) -> None:
        archive = Archive()
        archive.file("program", b"", executable=True)
        archive.link("link", "program")
        archive.folder("folder")
        archive.character_device("console", 5, 1)
        modes = {name: mode for name, mode, _ in parse(archive.bytes())}
        self.assertEqual(modes["program"], stat.S_IFREG | 0o755)
        self.assertTrue(stat.S_ISLNK(modes["link"]))
        self.assertTrue(stat.S_ISDIR(modes["folder"]))
        self.assertTrue(stat.S_ISCHR(modes["console"]))

    def test_the_same_name_twice_is_refused(self) -> None:
        archive = Archive()
        archive.file("a", b"")
        with self.assertRaises(ValueError):
            archive.file("a", b"")

    def test_equal_input_gives_equal_bytes(self) -> None:
        def build() -> bytes:
            archive = Archive()
            archive.file("etc/x", b"x")
            return archive.bytes()
        self.assertEqual(build(), build())


if __name__ == "__main__":
    unittest.main()
