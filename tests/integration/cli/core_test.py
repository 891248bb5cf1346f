# SPDX-License-Identifier: Apache-2.0
"""`aie4sim core`: texts become images and come back; what is wrong is named by file and line, or by file and PC."""

import re
import textwrap
import unittest
import zlib
from pathlib import Path

from program import ProgramCase

TEXT = """core gemm_i8
ring a = 0x0:4096 x 2
ring b = south.0x2000:4096
ring c = 0x4000:4096
ring sums = 0x8000:16384
loop 8
  acquire own.0 >= 1
  kernel gemm a b c sums M=64 N=64 K=64 type_c=i8 shift=5 first=@start last=@end
  release own.1 +1
  next a
end
done
"""


class Core(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.text = self.folder / "gemm.core"
        self.image = self.folder / "gemm.bin"

    def assemble(self, text: str = TEXT) -> bytes:
        self.text.write_text(text)
        self.succeed("core", "as", self.text, "-o", self.image)
        return self.image.read_bytes()

    def test_the_header_is_the_documented_one(self) -> None:
        image = self.assemble()
        self.assertEqual(image[:12], b"AIE4CORE" + bytes.fromhex("0100 4000"))
        self.assertEqual(int.from_bytes(image[12:16], "little"), len(image))
        self.assertEqual(int.from_bytes(image[16:20], "little"), zlib.crc32(image[:16] + bytes(4) + image[20:]))
        self.assertEqual(image[0x20:0x40], b"gemm_i8".ljust(32, b"\0"))
        self.assertEqual(image[0x40:0x58], b"gemm".ljust(24, b"\0"))

    def test_a_disassembled_image_assembles_to_the_same_bytes(self) -> None:
        image = self.assemble()
        text = self.succeed("core", "dis", self.image)
        self.assertIn("  kernel gemm a b c sums type_c=i8 ", text)
        self.assertEqual(self.assemble(text), image)
        self.assertEqual(self.succeed("core", "dis", self.text), self.succeed("core", "dis", self.image))

    def test_the_example_of_the_documentation_assembles(self) -> None:
        page = (Path(__file__).parents[3] / "docs/core-programs.md").read_text()
        example = re.search(r"^(    core gemm_i8\n(?:    .*\n)+)", page, re.M)
        self.assemble(textwrap.dedent(example[1]))

    def test_a_text_that_is_no_program_is_refused_with_its_line_and_nothing_is_written(self) -> None:
        self.text.write_text(TEXT.replace("next a", "next d"))
        self.fail_with(2, f"{self.text}:10: expected a ring, came d", "core", "as", self.text, "-o", self.image)
        self.assertFalse(self.image.exists())

    def test_a_damaged_image_is_refused(self) -> None:
        image = bytearray(self.assemble())
        image[-4] ^= 1
        self.image.write_bytes(image)
        self.fail_with(2, f"{self.image}: expected checksum 0x", "core", "dis", self.image)
        self.image.write_bytes(bytes(100))
        self.fail_with(2, "came neither", "core", "dis", self.image)

    def test_files_that_are_not_there_fail(self) -> None:
        self.fail_with(1, "No such file", "core", "dis", self.folder / "absent")
        self.text.write_text(TEXT)
        self.fail_with(1, "No such file", "core", "as", self.text, "-o", self.folder / "no/such")

    def test_wrong_bindings_are_usage_errors(self) -> None:
        self.text.write_text(TEXT)
        digest = "0" * 64
        for text, *words in (("expected SHA=FILE with 64 hexadecimal digits", "--bind", f"12={self.text}"),
                             ("expected SHA=FILE with 64 hexadecimal digits", "--bind", digest),
                             ("expected each SHA-256 once", "--bind", f"{digest}={self.text}", "--bind",
                              f"{digest}={self.text}")):
            with self.subTest(words):
                self.fail_with(2, text, "run", "absent.elf", *words)


if __name__ == "__main__":
    unittest.main()
