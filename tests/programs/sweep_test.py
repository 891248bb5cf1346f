# SPDX-License-Identifier: Apache-2.0
"""Sweeps of real programs: three parameters with five values each; killed, resumed, and compared with one that was not."""

import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest
from pathlib import Path

import npu
from streams import stream_column
from toolchain import PATIENCE, SIMULATOR, ProgramCase, random_bytes

SIZE = 1 << 14
SEED = int(os.environ.get("AIE4SIM_SEED", "4"))
POINTS = 125
SPEC = """name = "copy through a memory tile"
[parameters]
noc.bytes_per_us = { from = 10000, to = 160000, count = 5, scale = "log" }
noc.latency_ns = { from = 100, to = 500, count = 5 }
stream.burst_bytes = [256, 512, 1024, 2048, 4096]
[[workloads]]
name = "copy"
command = ["run", "copy.elf", "--arg", "0=in.bin", "--arg", "1=out:16K:out-{point}.bin"]
"""


class Sweep(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        program = npu.Program(1)
        stream_column(program.uc(0), 0, [(0, 0, 0, 0)], SIZE // 4, 1024, 0)
        self.assemble(program, 2, "copy")
        (self.folder / "in.bin").write_bytes(random_bytes(SIZE, 3))
        (self.folder / "spec.toml").write_text(SPEC, encoding="ascii")

    def command(self, database: Path, *options: str) -> list[str]:
        return [SIMULATOR, "sweep", str(self.folder / "spec.toml"), "-o", str(database), *options]

    def sweep(self, database: Path, *options: str) -> str:
        done = subprocess.run(self.command(database, *options), capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    @staticmethod
    def finished(database: Path) -> dict[int, tuple]:
        """Results by point."""
        if not database.exists():
            return {}
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            try:
                return {row[0]: row for row in connection.execute("SELECT * FROM result")}
            except sqlite3.OperationalError:  # There are no tables yet.
                return {}

    def outputs(self) -> dict[int, tuple[int, int]]:
        """When the run of each point wrote its output."""
        result = {}
        for number in range(POINTS):
            path = self.folder / f"out-{number}.bin"
            if path.exists():
                result[number] = (path.stat().st_mtime_ns, path.stat().st_size)
        return result

    def kill_at(self, database: Path, finished: int) -> dict[int, tuple]:
        """Begins or goes on with a sweep and kills it, with no warning, once so many points are there."""
        with subprocess.Popen(self.command(database), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            deadline = time.monotonic() + PATIENCE
            while len(self.finished(database)) < finished:
                self.assertIsNone(child.poll(), "the sweep ended before it was killed")
                self.assertLess(time.monotonic(), deadline)
            child.send_signal(signal.SIGKILL)
            child.wait()
            self.assertEqual(child.returncode, -signal.SIGKILL)
        return self.finished(database)

    def test_a_sweep_that_is_killed_and_resumed_loses_no_point_and_runs_none_twice(self) -> None:
        database = self.folder / "run.db"
        dice = random.Random(SEED)
        kept: dict[int, tuple] = {}
        written: dict[int, tuple[int, int]] = {}
        half = POINTS // 2
        for goal in (dice.randrange(1, half - 10), half, dice.randrange(half + 10, POINTS - 10)):
            now = self.kill_at(database, goal)
            self.assertGreaterEqual(len(now), goal)
            self.assertLess(len(now), POINTS)
            self.assertEqual({point: now[point] for point in kept}, kept, "a finished point was lost or changed")
            after = self.outputs()
            self.assertEqual({point: after[point] for point in written}, written, "a finished point ran again")
            kept = now
            written = {point: after[point] for point in kept}
        resumed = self.sweep(database)
        results = self.finished(database)
        self.assertEqual(sorted(results), list(range(POINTS)))
        self.assertEqual({point: results[point] for point in kept}, kept)
        self.assertEqual({point: self.outputs()[point] for point in written}, written, "a finished point ran again")

        # A sweep that nobody disturbed says the same, byte for byte, and so does one that has nothing left to do.
        undisturbed = self.sweep(self.folder / "other.db", "--jobs", "1")
        self.assertEqual(resumed, undisturbed)
        before = self.outputs()
        self.assertEqual(self.sweep(database), resumed)
        self.assertEqual(self.outputs(), before)
        print(resumed)
        self.check_page(database)

    def check_page(self, database: Path) -> None:
        """The report of all points, kept where AIE4SIM_TEST_OUTPUT says."""
        page = Path(os.environ.get("AIE4SIM_TEST_OUTPUT", self.folder)) / "sweep.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([SIMULATOR, "report", str(database), "-o", str(page)], capture_output=True, text=True, check=False,
                              timeout=PATIENCE)
        if "built without the charts" in done.stderr:
            print("no page: ", done.stderr)
            return
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(page.read_text(encoding="utf-8").count('"status":"done"'), POINTS)
        print(f"as a page: {page}")

    def test_a_sweep_goes_on_only_with_the_program_and_data_that_it_began_with(self) -> None:
        database = self.folder / "run.db"
        kept = self.kill_at(database, 2)
        (self.folder / "in.bin").write_bytes(random_bytes(SIZE, 4))
        refused = subprocess.run(self.command(database), capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual((refused.returncode, refused.stdout), (2, ""))
        self.assertIn("in.bin has changed. --restart throws them away", refused.stderr)
        self.assertEqual(self.finished(database), kept)
        with subprocess.Popen(self.command(database, "--restart"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            while not self.finished(database).keys() - kept.keys():
                self.assertIsNone(child.poll(), "the sweep ended before it was killed")
            child.send_signal(signal.SIGKILL)
            child.wait()
        self.assertEqual((self.folder / "out-0.bin").read_bytes(), random_bytes(SIZE, 4))

    def test_the_run_in_a_sweep_is_the_run_alone(self) -> None:
        database = self.folder / "run.db"
        self.sweep(database, "--jobs", "2")
        with sqlite3.connect(database) as connection:
            connection.row_factory = sqlite3.Row
            values = {row["point"]: {} for row in connection.execute("SELECT DISTINCT point FROM value")}
            for row in connection.execute("SELECT point, name, value FROM value JOIN factor ON factor = id"):
                values[row["point"]][row["name"]] = row["value"]
            for number in (0, 62, 124):
                _, report = self.run_elf(self.folder / "copy.elf", {0: (self.folder / "in.bin").read_bytes()}, {1: SIZE},
                                         *[word for name, value in values[number].items() for word in ("--set", f"{name}={value}")])
                row = connection.execute("SELECT * FROM result WHERE point = ?", (number,)).fetchone()
                self.assertEqual(row["time_ps"], report["durations_ps"][0])
                self.assertEqual(row["window_ps"], report["window_ps"])
                ddr = next(use for use in report["resources"] if use["name"] == "NoC and DDR")
                self.assertEqual(row["ddr_bytes"], ddr["bytes"])
                moved = report["series"]["bytes"]["NoC and DDR"]
                self.assertEqual(sum(moved), ddr["bytes"])
                # Bookings follow each other, so no window has more than the memory can move in it.
                self.assertLessEqual(max(moved), report["parameters"]["noc.bytes_per_us"] * report["series"]["bin_ps"] / 1e6 + 1)
                for name in ("shim tiles MM2S", "shim tiles S2MM", "memory tiles MM2S", "memory tiles S2MM"):
                    self.assertEqual(sum(report["series"]["bytes"][name]), SIZE)

    def test_an_interrupt_ends_the_sweep_with_what_is_left(self) -> None:
        database = self.folder / "run.db"
        with subprocess.Popen(self.command(database), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            while len(self.finished(database)) < 3:
                self.assertIsNone(child.poll())
            child.send_signal(signal.SIGINT)
            output, messages = child.communicate(timeout=PATIENCE)
        self.assertEqual(child.returncode, 1)
        finished = len(self.finished(database))
        self.assertRegex(messages, rf"\Aaie4sim: interrupted with {POINTS - finished} of {POINTS} points open; the same command "
                                   r"goes on with them\n\Z")
        self.assertEqual(output.count("not run yet"), POINTS - finished)


if __name__ == "__main__":
    unittest.main()
