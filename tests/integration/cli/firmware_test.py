# SPDX-License-Identifier: Apache-2.0
"""`aie4sim firmware`: what is made is accepted, what is damaged is refused as the PSP refuses it."""

import hashlib
import unittest
from pathlib import Path

from program import ProgramCase


class Make(ProgramCase):
    def make(self, *words: object) -> Path:
        target = self.folder / "image"
        self.assertEqual(self.succeed("firmware", "make", "--output", target, *words), "")
        return target

    def test_both_kinds_and_personalities_are_accepted(self) -> None:
        for kind in ("npu", "cert"):
            for personality in ("5", "6"):
                with self.subTest(kind=kind, personality=personality):
                    image = self.make("--kind", kind, "--personality", personality)
                    text = self.succeed("firmware", "inspect", image)
                    self.assertRegex(text, rf"kind +{kind}\n")
                    self.assertRegex(text, rf"personality +P{personality}\n")
                    self.assertRegex(text, r"PSP response +0x00000000 OK\n")

    def test_the_same_arguments_give_the_same_bytes(self) -> None:
        first = self.make("--kind", "npu").read_bytes()
        self.assertEqual(first, self.make("--kind", "npu").read_bytes())
        self.assertNotEqual(first, self.make("--kind", "npu", "--firmware-version", "5.24.1").read_bytes())

    def test_the_header_is_the_documented_one(self) -> None:
        image = self.make("--kind", "cert", "--personality", "6", "--firmware-version", "6.1.258").read_bytes()
        header, payload = image[:256], image[256:]
        self.assertEqual(header[:0x20], b"AIE4SIMF" + bytes.fromhex("0100 0001 02000000 06000000") +
                         len(payload).to_bytes(4, "little") + bytes.fromhex("0600 0100 0201 0000"))
        self.assertEqual(header[0x20:0x40], hashlib.sha256(payload).digest())
        self.assertEqual(header[0x80:0xA0], hashlib.sha256(header[:0x80]).digest())
        self.assertEqual(header[0xA0:], bytes(96))
        self.assertTrue(payload.startswith(b"aie4sim cert stub P6\n"))

    def test_a_size_is_met_exactly_up_to_the_limit_of_the_kind(self) -> None:
        for kind, limit in (("cert", 32 * 1024 + 256), ("npu", 3840 * 1024)):
            with self.subTest(kind):
                image = self.make("--kind", kind, "--size", limit)
                self.assertEqual(image.stat().st_size, limit)
                self.assertIn("0x00000000 OK", self.succeed("firmware", "inspect", image))
                self.fail_with(2, f"came {limit + 1}", "firmware", "make", "--kind", kind, "--output",
                               self.folder / "large", "--size", limit + 1)
        self.assertFalse((self.folder / "large").exists())

    def test_wrong_arguments_are_usage_errors(self) -> None:
        for text, *words in (("--kind is required", "--output", "x"), ("--output is required", "--kind", "npu"),
                             ("--kind", "--output", "x", "--kind", "gpu"),
                             ("--personality", "--output", "x", "--kind", "npu", "--personality", "7"),
                             ("came 5.24", "--output", "x", "--kind", "npu", "--firmware-version", "5.24"),
                             ("came 5.24.x", "--output", "x", "--kind", "npu", "--firmware-version", "5.24.x"),
                             ("came 5.24.70000", "--output", "x", "--kind", "npu", "--firmware-version", "5.24.70000"),
                             ("came 5.24.0.1", "--output", "x", "--kind", "npu", "--firmware-version", "5.24.0.1"),
                             ("--size", "--output", "x", "--kind", "npu", "--size", "300")):
            with self.subTest(words):
                self.fail_with(2, text, "firmware", "make", *words)

    def test_an_unwritable_output_fails(self) -> None:
        self.fail_with(1, "No such file", "firmware", "make", "--kind", "npu", "--output", self.folder / "no/such")


class Inspect(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.image = self.folder / "npu.dev.sbin"
        self.succeed("firmware", "make", "--kind", "npu", "--output", self.image)
        self.good = self.image.read_bytes()

    def refused(self, content: bytes, response: str, reason: str, *words: object) -> None:
        self.image.write_bytes(content)
        done = self.run_program("firmware", "inspect", *words, self.image)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertRegex(done.stdout, rf"PSP response +{response}\n")
        self.assertRegex(done.stdout, rf"reason +expected .*came .*{reason}")

    def test_damage_is_refused_by_its_class(self) -> None:
        flipped = bytearray(self.good)
        flipped[-1] ^= 0x10
        self.refused(flipped, "0xffff000f SECURITY", "payload damaged")
        flipped = bytearray(self.good)
        flipped[0x14] ^= 0x01
        self.refused(flipped, "0xffff000f SECURITY", "header damaged")
        self.refused(b"\x7fELF" + self.good[4:], "0xffff0005 BAD_FORMAT", "not a firmware stub")
        self.refused(self.good[:-1], "0xffff0005 BAD_FORMAT", "truncated")
        self.refused(self.good[:255], "0xffff0005 BAD_FORMAT", "255 bytes")
        self.refused(b"", "0xffff0005 BAD_FORMAT", "0 bytes")
        signed = bytearray(self.good)
        signed[0xA0] = 1
        self.refused(signed, "0xffff000f SECURITY", "signature")

    def test_an_image_that_the_drivers_buffer_cannot_hold_is_bad_parameters(self) -> None:
        self.succeed("firmware", "make", "--kind", "npu", "--output", self.image, "--size", 70000)
        self.refused(self.image.read_bytes()[:1000], "0xffff0006 BAD_PARAMETERS", "65536")

    def test_the_wrong_kind_is_refused(self) -> None:
        self.refused(self.good, "0xffff0005 BAD_FORMAT", "kind npu", "--kind", "cert")

    def test_bytes_behind_the_image_do_no_harm_and_are_mentioned(self) -> None:
        self.image.write_bytes(self.good + b"\xcc" * 100)
        text = self.succeed("firmware", "inspect", self.image)
        self.assertRegex(text, r"behind the image +100 bytes")

    def test_a_file_that_cannot_be_read_fails(self) -> None:
        self.fail_with(1, "No such file", "firmware", "inspect", self.folder / "absent")
        self.fail_with(1, "Is a directory", "firmware", "inspect", self.folder)


if __name__ == "__main__":
    unittest.main()
