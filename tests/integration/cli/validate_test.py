# SPDX-License-Identifier: Apache-2.0
"""`aie4sim validate`: published measurements repeated. The page docs/accuracy.md is what it prints."""

import json
import os
import tempfile
import unittest
from pathlib import Path

import program
from program import ProgramCase

PAGE = Path(__file__).resolve().parents[3] / "docs" / "accuracy.md"
# Half a hundred machines come up and go down, and some of them multiply large matrices.
program.PATIENCE = 800
ROWS = [f"C{i}" for i in range(1, 13)]


class Validate(ProgramCase):
    def test_the_page_in_docs_is_what_the_command_prints(self) -> None:
        printed = self.run_program("validate", "--markdown")
        self.assertIn(printed.returncode, (0, 1), printed.stderr)
        if os.environ.get("AIE4SIM_UPDATE"):
            PAGE.write_text(printed.stdout)
        self.assertEqual(PAGE.read_text(), printed.stdout,
                         "after a change of times: AIE4SIM_UPDATE=1 ctest --preset release -R 'cli: validate'")

    def test_every_row_is_there_and_what_does_not_run_says_why(self) -> None:
        done = self.run_program("validate", "--json")
        report = json.loads(done.stdout)
        self.assertEqual([row for row in ROWS if row not in {entry["row"] for entry in report["measurements"]}], [])
        for entry in report["measurements"]:
            with self.subTest(entry["what"]):
                self.assertNotEqual(entry["verdict"], "FAILED", entry.get("reason"))
                self.assertTrue(entry["parameters"])
                self.assertTrue(entry["source"])
                if entry["verdict"] == "not run":
                    self.assertTrue(entry["reason"])
                else:
                    error = 100 * (entry["simulated"] - entry["measured"]) / entry["measured"]
                    self.assertAlmostEqual(entry["error_percent"], error)
                    within = error <= 0 if entry["at_most"] else abs(error) <= entry["target_percent"]
                    self.assertEqual(entry["verdict"] == "within", within)
        self.assertEqual(report["succeeded"], done.returncode == 0)

    def test_kernels_are_within_their_target(self) -> None:
        self.succeed("validate", "--only", "C1,C3,C4")

    def test_a_changed_parameter_is_a_miss_and_status_1(self) -> None:
        done = self.run_program("validate", "--only", "C3", "--preset", "aie4", "--set", "compute.call_cycles=60")
        self.assertEqual(done.returncode, 1)
        self.assertIn("MISSED", done.stdout)
        self.assertIn("316.0 cycles", done.stdout)

    def test_without_an_assembler_whole_arrays_are_not_run_and_say_so(self) -> None:
        with tempfile.TemporaryDirectory(prefix="aie4sim-") as nothing:
            done = self.run_program("validate", "--json", "--only", "C2,C12",
                                    environment={"PATH": nothing, "AIE4SIM_CACHE": nothing})
        report = json.loads(done.stdout)
        for entry in report["measurements"]:
            self.assertEqual(entry["verdict"], "not run")
            self.assertIn("aiebu-asm", entry["reason"])

    def test_unknown_rows_and_presets_name_the_nearest(self) -> None:
        self.fail_with(2, "(nearest: C1)", "validate", "--only", "C0")
        self.fail_with(2, "(nearest: xdna1)", "validate", "--preset", "xdan1")


if __name__ == "__main__":
    unittest.main()
