# SPDX-License-Identifier: Apache-2.0
"""`aie4sim run` and `aie4sim dis`: what they say of programs, good and bad."""

import unittest
from pathlib import Path

from program import ProgramCase

PROGRAMS = Path(__file__).resolve().parents[2] / "fuzz/corpus/elf_program_fuzz"


class Dis(ProgramCase):
    def test_registers_have_names_and_descriptors_are_taken_apart(self) -> None:
        text = self.succeed("dis", PROGRAMS / "copy.elf")
        self.assertIn("DPU:copy(char *, char *)", text)
        self.assertIn("-> 0x00008020 column 0 shim stream_switch_manager_config_north_0 = 0x80000000", text)
        self.assertIn("Base_Address 0x800000, Lock_Acq_Value -1, Buffer_Length 1024", text)
        self.assertIn("dma_bd1_0, 9 words, shim_dma_57_aie4 argument 1", text)
        self.assertIn("MASK_POLL_32 0x18570, 0x1f8003c, 0x0   ; column 0 shim dma_s2mm_status_0", text)

    def test_every_register_of_the_built_in_save_and_restore_has_a_name(self) -> None:
        text = self.succeed("dis", PROGRAMS / "preempt.elf")
        self.assertIn("PREEMPT 0, page 3, page 4", text)
        self.assertNotIn("!!", text)
        written = [line for line in text.splitlines() if line.strip().startswith("->")]
        self.assertGreater(len(written), 150)
        for line in written:
            self.assertRegex(line, r"-> 0x[0-9a-f]{8} column 0 (shim|memory tile 1) [a-z]")

    def test_a_file_that_is_no_program_is_one_line_and_status_1(self) -> None:
        self.fail_with(1, "expected an ELF file", "dis", __file__)
        self.fail_with(1, "cannot read", "dis", self.folder / "nothing")


class Run(ProgramCase):
    def test_a_missing_argument_is_a_usage_error(self) -> None:
        self.fail_with(2, "DPU:copy takes 2 arguments, 0 are given", "run", PROGRAMS / "copy.elf")

    def test_an_argument_that_cannot_be_understood_is_named(self) -> None:
        copy = PROGRAMS / "copy.elf"
        self.fail_with(2, "--arg x=1: expected NUMBER=FILE", "run", copy, "--arg", "x=1")
        self.fail_with(2, "expected a size of 1 to", "run", copy, "--arg", "1=out:4T")
        self.fail_with(2, "--arg 0 is given twice", "run", copy, "--arg", "0=out:4", "--arg", "0=out:4")

    def test_another_instance_than_there_is_lists_those_that_are(self) -> None:
        self.fail_with(1, "expected one of DPU:copy, came paste", "run", PROGRAMS / "copy.elf", "--instance", "paste")


if __name__ == "__main__":
    unittest.main()
