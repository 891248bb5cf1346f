# SPDX-License-Identifier: Apache-2.0
"""`aie4sim sweep` where no program of the array is needed: specs, failures, progress. Real sweeps: tests/programs."""

import csv
import io
import json
import os
import pty
import subprocess
import time
import unittest
from pathlib import Path

from program import PATIENCE, PROGRAM, ProgramCase

SPEC = """name = "nothing"
[parameters]
noc.latency_ns = [100, 200]
[[workloads]]
name = "absent"
command = ["run", "absent.elf"]
"""


class Sweep(ProgramCase):
    def spec(self, text: str) -> Path:
        path = self.folder / "spec.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def sweep(self, text: str, *options: object) -> subprocess.CompletedProcess[str]:
        return self.run_program("sweep", self.spec(text), "-o", self.folder / "run.db", *options)

    def test_a_spec_that_cannot_be_run_is_one_line_with_its_path_and_leaves_no_file(self) -> None:
        for text, expected in ((SPEC.replace("latency_ns", "latnecy_ns"), "spec.toml:3: expected a known key (nearest: noc.latency_ns)"),
                               (SPEC.replace("[100", "[-1"), "spec.toml:3: noc.latency_ns: expected an integer 0.."),
                               (SPEC.replace('"run"', '"rnu"'), "workloads[1].command: expected a sub-command with --json and --set (nearest: run)"),
                               (SPEC.replace('"run"', '"sweep"'), "(nearest: "),
                               ("[[workloads", "expected TOML")):
            with self.subTest(expected):
                self.fail_with(2, expected, "sweep", self.spec(text), "-o", self.folder / "run.db")
                self.assertFalse((self.folder / "run.db").exists())
        self.fail_with(1, "cannot read", "sweep", self.folder / "absent.toml")

    def test_a_point_that_fails_is_kept_with_its_error_and_does_not_end_the_sweep(self) -> None:
        done = self.sweep(SPEC)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "aie4sim: 2 of 2 points failed (--retry runs them again)\n")
        self.assertEqual(done.stdout.count("FAILED: cannot read absent.elf: No such file or directory"), 2)
        again = self.sweep(SPEC, "--json")
        self.assertEqual(again.returncode, 1)
        points = json.loads(again.stdout)["points"]
        self.assertEqual([(p["status"], p["exit_status"], p["values"]) for p in points],
                         [("failed", 1, {"noc.latency_ns": 100}), ("failed", 1, {"noc.latency_ns": 200})])
        table = list(csv.DictReader(io.StringIO(self.sweep(SPEC, "--csv", "--retry").stdout)))
        self.assertEqual([(row["noc.latency_ns"], row["status"], row["time_ps"]) for row in table],
                         [("100", "failed", ""), ("200", "failed", "")])

    def test_a_dry_run_prints_command_lines_and_makes_no_file(self) -> None:
        done = self.sweep(SPEC, "--dry-run")
        self.assertEqual(done.stdout, "aie4sim run absent.elf --set noc.latency_ns=100\n"
                                      "aie4sim run absent.elf --set noc.latency_ns=200\n")
        self.assertFalse((self.folder / "run.db").exists())

    def test_the_examples_of_the_documentation_can_be_run(self) -> None:
        examples = Path(__file__).resolve().parents[3] / "docs/examples"
        for name, points in (("memory", 125), ("gemm-shapes", 12)):
            with self.subTest(name):
                self.assertEqual(len(set(self.succeed("sweep", examples / f"{name}.toml", "--dry-run").splitlines())), points)

    def test_a_file_of_another_sweep_or_of_something_else_is_refused_and_left_alone(self) -> None:
        self.sweep(SPEC)
        before = (self.folder / "run.db").read_bytes()
        other = self.sweep(SPEC.replace("200", "300"))
        self.assertEqual(other.returncode, 2)
        self.assertIn("the spec has changed: point 1 was `aie4sim run absent.elf --set noc.latency_ns=200`, is `aie4sim run "
                      "absent.elf --set noc.latency_ns=300`. --restart", other.stderr)
        self.assertEqual((self.folder / "run.db").read_bytes(), before)
        (self.folder / "run.db").write_text("a letter")
        for option in ((), ("--restart",)):
            self.assertEqual(self.sweep(SPEC, *option).returncode, 2)
            self.assertEqual((self.folder / "run.db").read_text(), "a letter")

    def test_a_file_that_the_runs_read_and_that_has_changed_is_noticed(self) -> None:
        spec = SPEC.replace('"absent.elf"', '"absent.elf", "--arg", "0=in.bin", "--config", "machine.toml", "--stats", "stats.json"')
        for name in ("in.bin", "machine.toml", "stats.json"):
            (self.folder / name).write_text("")
        self.assertEqual(self.sweep(spec).returncode, 1)
        # What the runs write is none of it, nor what was not there.
        (self.folder / "stats.json").write_text("other")
        (self.folder / "absent.elf").write_text("no ELF")
        self.assertEqual(self.sweep(spec + "# only a comment\n").returncode, 1)
        for name in ("in.bin", "machine.toml", "absent.elf"):
            with self.subTest(name):
                before = (self.folder / name).read_text()
                (self.folder / name).write_text("[stub]\n")
                done = self.sweep(spec)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stderr, f"aie4sim: {self.folder / 'run.db'}: expected results of this sweep, came some of "
                                              f"another: {name} has changed. --restart throws them away and begins anew, -o "
                                              "writes to another file\n")
                (self.folder / name).write_text(before)
        (self.folder / "in.bin").write_text("new")
        self.assertEqual(self.sweep(spec, "--restart").returncode, 1)
        self.assertEqual(self.sweep(spec).returncode, 1)

    def test_on_a_terminal_and_only_there_a_slow_sweep_shows_rate_and_remaining_time(self) -> None:
        # Nobody ever writes into the pipe, so that each of the two runs lasts until it is ended.
        os.mkfifo(self.folder / "absent.elf")
        words = [PROGRAM, "sweep", str(self.spec(SPEC)), "-o", str(self.folder / "run.db"), "--jobs", "1", "--timeout", "3"]
        ours, theirs = pty.openpty()
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, text=True) as child:
            os.close(theirs)
            seen = b""
            while True:
                try:
                    seen += os.read(ours, 4096)
                except OSError:  # The other side is closed.
                    break
            output, _ = child.communicate(timeout=PATIENCE)
        os.close(ours)
        self.assertIn("FAILED: ended by signal 9, last words: ended after --timeout 3 s", output)
        self.assertRegex(seen.decode(), r"\[\.{24}\] 0/2 points\r?")
        self.assertRegex(seen.decode(), r"\[#{12}\.{12}\] 1/2 points, 0\.\d/s, \d s left")

    def test_runs_of_a_sweep_that_is_killed_do_not_outlive_it(self) -> None:
        # Nobody ever writes into the pipe: a run that lives on does so for good.
        os.mkfifo(self.folder / "absent.elf")
        words = [PROGRAM, "sweep", str(self.spec(SPEC)), "-o", str(self.folder / "run.db"), "--jobs", "2"]
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            listing = Path(f"/proc/{child.pid}/task/{child.pid}/children")
            deadline = time.monotonic() + PATIENCE
            while len(runs := listing.read_text().split()) < 2:
                self.assertIsNone(child.poll())
                self.assertLess(time.monotonic(), deadline)
            child.kill()
        while alive := [run for run in runs if self.lives(run)]:
            self.assertLess(time.monotonic(), deadline, f"{alive} still run")

    @staticmethod
    def lives(process: str) -> bool:
        try:
            # State, behind the name in parentheses: a zombie only waits to be buried.
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def test_a_report_of_something_else_is_one_line(self) -> None:
        self.fail_with(1, "cannot read", "report", self.folder / "absent.db", "-o", self.folder / "out.html")
        (self.folder / "letter").write_text("a letter")
        self.fail_with(2, "expected a file that `aie4sim sweep` wrote", "report", self.folder / "letter", "-o", self.folder / "out.html")
        self.assertFalse((self.folder / "out.html").exists())


if __name__ == "__main__":
    unittest.main()
