# SPDX-License-Identifier: Apache-2.0
"""Help, wrong usage, and exit statuses of every sub-command."""

import re
import unittest

from program import ProgramCase

# Every sub-command; those that only group others are followed by what they group.
COMMANDS = ["serve", "up", "run", "dis", "replay", "profile", "transcript", "transcript print", "firmware", "firmware make",
            "firmware inspect", "config", "config print", "config list", "core", "core as", "core dis", "faults",
            "gemm", "conv", "eltwise", "softmax", "norm", "pool", "attention", "mlp", "net", "validate", "sweep", "report",
            "version"]
GROUPS = ["transcript", "firmware", "config", "core"]


class Usage(ProgramCase):
    def test_the_program_lists_its_subcommands_and_exit_statuses(self) -> None:
        text = self.succeed("--help")
        listed = re.findall(r"^  ([a-z]+) ", text.split("Subcommands:")[1], re.M)
        self.assertEqual(sorted(listed), sorted({command.split()[0] for command in COMMANDS} | {"guest"}))
        self.assertIn("Exit status: 0 success; 1", text)

    def test_every_subcommand_has_help_with_examples(self) -> None:
        for command in COMMANDS:
            with self.subTest(command):
                text = self.succeed(*command.split(), "--help")
                self.assertIn(f"Usage: aie4sim {command}", text)
                self.assertRegex(text, rf"Examples:\n  aie4sim {command}")

    def test_parameters_and_faults_of_examples_exist(self) -> None:
        # The lists are tables with the name first.
        known = {option: set(re.findall(r"^(\S+)", self.succeed(*words), re.M))
                 for option, words in (("set", ("config", "list")), ("fault", ("faults",)))}
        seen = 0
        for command in [*COMMANDS, "guest"]:
            examples = self.succeed(*command.split(), "--help").split("Examples:\n")[1]
            for option, name in re.findall(r"--(set|fault) ([a-z0-9_.-]+)", examples):
                seen += 1
                self.assertIn(name, known[option], f"aie4sim {command} --help")
        self.assertGreater(seen, 8)

    def test_guest_tells_of_itself_and_not_of_its_machinery(self) -> None:
        text = self.succeed("guest", "--help")
        self.assertIn("usage: aie4sim guest ", text)
        self.assertRegex(text, r"Examples:\n  aie4sim guest -- xrt-smi examine\n")
        self.assertNotIn("lab.py", text)
        self.assertNotIn("--aie4sim", text)

    def test_an_unknown_option_is_one_line_and_status_2(self) -> None:
        for command in COMMANDS:
            with self.subTest(command):
                self.fail_with(2, "", *command.split(), "--no-such-option")

    def test_a_group_without_its_command_is_one_line_and_status_2(self) -> None:
        for command in ["", *GROUPS]:
            with self.subTest(command):
                self.fail_with(2, "subcommand is required", *command.split())

    def test_a_misspelt_subcommand_names_the_nearest(self) -> None:
        self.fail_with(2, "(nearest: serve)", "sevre")
        self.fail_with(2, "(nearest: firmware)", "firmwear", "make")

    def test_surplus_words_are_refused(self) -> None:
        for command in ("version", "faults", "config list"):
            with self.subTest(command):
                self.fail_with(2, "not expected: surplus", *command.split(), "surplus")

    def test_version_names_program_and_library(self) -> None:
        self.assertRegex(self.succeed("version"), r"\Aaie4sim \d+\.\d+\.\d+\nSystemC \d+\.\d+\.\d+\n")


class Guest(ProgramCase):
    def test_a_missing_laboratory_is_a_usage_error(self) -> None:
        done = self.run_program("guest", "--", "true", environment={"AIE4SIM_LAB": "/nonexistent/lab.py"})
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"\Aaie4sim: the guest laboratory is not at /nonexistent/lab.py: [^\n]+\n\Z")

    def test_arguments_reach_the_laboratory_unchanged_and_its_status_comes_back(self) -> None:
        lab = self.folder / "lab.py"
        lab.write_text("import sys\nprint(sys.argv[1:])\nsys.exit(77)\n")
        words = ["--kernel", "7.2", "--", "sh", "-c", "a  b; 'c'", "--help", ""]
        done = self.run_program("guest", *words, environment={"AIE4SIM_LAB": str(lab)})
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertRegex(done.stdout, r"\A\['run', '--aie4sim', '/[^']*/aie4sim', ")
        self.assertTrue(done.stdout.endswith(", " + str(words)[1:] + "\n"), done.stdout)


if __name__ == "__main__":
    unittest.main()
