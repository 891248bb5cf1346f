# SPDX-License-Identifier: Apache-2.0
"""`aie4sim config` and the configuration options: names, places and errors."""

import json
import unittest

from program import ProgramCase


class Print(ProgramCase):
    def test_what_is_printed_reads_back_to_the_same(self) -> None:
        file = self.folder / "my.toml"
        changes = ["--set", "psp.validate_us=7", "--fault", "message-lost:3", "--fault", "smu-error:always",
                   "--identity", "1b0b"]
        for options in ([], ["--bare"]):
            with self.subTest(options):
                text = self.succeed("config", "print", *options, *changes)
                file.write_text(text)
                self.assertEqual(self.succeed("config", "print", *options, "--config", file), text)
                self.assertIn("validate_us = 7\n", text)
                self.assertIn('"message-lost:3"', text)
                self.assertIn('"smu-error:always"', text)
                self.assertIn('pair = "1b0b"', text)

    def test_json_says_value_default_unit_and_confidence(self) -> None:
        values = json.loads(self.succeed("config", "print", "--json", "--set", "clock.aie_mhz=0x100"))
        clock = values["parameters"]["clock.aie_mhz"]
        self.assertEqual((clock["value"], clock["default"], clock["unit"]), (256, 1200, "MHz"))
        self.assertIn(clock["confidence"], ("measured", "documented", "inferred", "assumed"))

    def test_set_wins_over_the_file_and_the_last_set_wins(self) -> None:
        file = self.folder / "my.toml"
        file.write_text("[psp]\nvalidate_us = 5\nstart_us = 6\n")
        text = self.succeed("config", "print", "--bare", "--config", file, "--set", "psp.start_us=8",
                            "--set", "psp.start_us=9")
        self.assertIn("validate_us = 5\n", text)
        self.assertIn("start_us = 9\n", text)

    def test_a_preset_comes_before_the_file_and_is_printed_with_its_sources(self) -> None:
        file = self.folder / "my.toml"
        file.write_text("[clock]\naie_mhz = 900\n")
        text = self.succeed("config", "print", "--preset", "xdna1", "--config", file)
        self.assertIn('\npreset = "xdna1"\n', text)
        self.assertIn("aie_mhz = 900\n", text)
        self.assertIn("measured: 1.00 cycles a word (xdna-emu)\nbeat_words = 1\n", text)
        file.write_text(text)
        self.assertEqual(self.succeed("config", "print", "--config", file), text)
        self.assertNotIn("preset =", self.succeed("config", "print"))

    def test_an_unknown_preset_names_the_nearest(self) -> None:
        self.fail_with(2, "(nearest: xdna1)", "config", "print", "--preset", "xdan1")
        self.fail_with(2, "given with --preset NAME", "config", "print", "--set", "preset=xdna1")

    def test_list_names_every_name_that_print_knows(self) -> None:
        values = json.loads(self.succeed("config", "print", "--json"))
        listed = [line.split()[0] for line in self.succeed("config", "list").splitlines()[1:]]
        self.assertEqual(sorted(listed), sorted([*values["settings"], *values["parameters"]]))


class Errors(ProgramCase):
    def test_an_unknown_name_names_the_nearest(self) -> None:
        self.fail_with(2, "psp.validate_us", "config", "print", "--set", "psp.validat_us=3")

    def test_an_unknown_name_in_a_file_is_placed(self) -> None:
        file = self.folder / "my.toml"
        file.write_text("[psp]\nstart_us = 1\nvalidat_us = 3\n")
        self.fail_with(2, f"{file}:3: ", "config", "print", "--config", file)

    def test_values_out_of_range_or_of_the_wrong_type_are_refused(self) -> None:
        for setting in ("clock.aie_mhz=0", "clock.aie_mhz=fast", "functions.vfs=17", "psp.start_us", "functions.pf=7"):
            with self.subTest(setting):
                self.fail_with(2, "expected", "config", "print", "--set", setting)

    def test_parts_that_do_not_fit_together_are_refused(self) -> None:
        self.fail_with(2, "expected", "config", "print", "--set", "functions.pf=false", "--set", "functions.vfs=0")

    def test_an_unknown_fault_names_the_nearest(self) -> None:
        self.fail_with(2, "psp-silent", "config", "print", "--fault", "psp-silnt")
        self.fail_with(2, "expected", "config", "print", "--fault", "psp-silent:often")

    def test_a_file_that_is_not_there_or_no_toml_is_refused(self) -> None:
        self.fail_with(2, "absent.toml", "config", "print", "--config", self.folder / "absent.toml")
        broken = self.folder / "broken.toml"
        broken.write_text("[psp\n")
        self.fail_with(2, "broken.toml:1", "config", "print", "--config", broken)


class Faults(ProgramCase):
    def test_the_catalogue_is_the_same_as_table_and_json_and_every_name_is_accepted(self) -> None:
        catalogue = json.loads(self.succeed("faults", "--json"))
        table = self.succeed("faults").splitlines()[1:]
        self.assertEqual([line.split()[0] for line in table], [fault["name"] for fault in catalogue])
        self.assertGreaterEqual(len(catalogue), 30)
        for fault in catalogue:
            self.assertTrue(fault["description"] and fault["symptom"], fault)
        every = [word for fault in catalogue for word in ("--fault", fault["name"])]
        self.succeed("config", "print", *every)


if __name__ == "__main__":
    unittest.main()
