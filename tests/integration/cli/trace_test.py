# SPDX-License-Identifier: Apache-2.0
"""--trace: what the timeline of a run shows, read by an independent reader."""

import json
import shutil
import subprocess
import unittest

import perfetto
from program import ProgramCase


class Timeline(ProgramCase):
    def trace(self, *words: object) -> tuple[bytes, str]:
        """Runs a command with --trace; the file and the output."""
        file = self.folder / "trace.pftrace"
        output = self.succeed(*words, "--trace", file)
        return file.read_bytes(), output

    def test_doorbells_interrupts_and_messages_are_on_it(self) -> None:
        data, output = self.trace("up", "--commands", "20", "--json")
        report = json.loads(output)
        trace = perfetto.read(data)
        doorbells = [one for one in trace.instants if one.name.startswith("doorbell ")]
        self.assertEqual(sum(one.path == "vf0" for one in doorbells), 5)
        self.assertEqual(len(doorbells), report["completed"])
        messages = [one.name for one in trace.of("MPNPU")]
        self.assertIn("pf CREATE_VFS", messages)
        self.assertEqual(sum(name.endswith(" CREATE_HW_CONTEXT") for name in messages), report["contexts"])
        self.assertEqual({one.name for one in trace.instants if one.path == "vf3"} & {"mailbox", "interrupt 0"},
                         {"mailbox", "interrupt 0"})

    def test_contexts_take_turns_on_the_array(self) -> None:
        data, _ = self.trace("up", "--commands", "40", "--contexts", "2")
        turns = sorted(perfetto.read(data).of("MPNPU/context on the array"), key=lambda one: one.begin)
        self.assertEqual(len({one.name for one in turns}), 8)
        for before, after in zip(turns, turns[1:]):
            self.assertLessEqual(before.end, after.begin)

    def test_nanoseconds_are_the_picoseconds_rounded_down(self) -> None:
        exact, _ = self.trace("up", "--trace-unit", "ps", "--set", "clock.aie_mhz=1111")
        rounded, _ = self.trace("up", "--set", "clock.aie_mhz=1111")

        def times(data: bytes, divisor: int) -> list[tuple]:
            return sorted((one.path, one.name, one.begin // divisor, one.end // divisor)
                          for one in perfetto.read(data).of("NoC and DDR"))

        self.assertEqual(times(exact, 1000), times(rounded, 1))
        self.assertTrue(any(one.end % 1000 for one in perfetto.read(exact).of("NoC and DDR")))

    def test_looking_changes_nothing(self) -> None:
        _, watched = self.trace("up", "--commands", "20", "--json")
        self.assertEqual(watched, self.succeed("up", "--commands", "20", "--json"))

    def test_equal_runs_give_equal_files(self) -> None:
        first, _ = self.trace("up", "--commands", "20")
        second, _ = self.trace("up", "--commands", "20")
        self.assertEqual(first, second)

    @unittest.skipUnless(shutil.which("protoc"), "no protoc")
    def test_protoc_takes_the_file_apart(self) -> None:
        data, _ = self.trace("up")
        done = subprocess.run(["protoc", "--decode_raw"], input=data, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = done.stdout.decode()
        self.assertEqual(text.count("\n1 {") + text.startswith("1 {"), sum(1 for _ in perfetto.fields(data)))

    def test_a_file_that_cannot_be_written_fails(self) -> None:
        self.fail_with(1, "--trace: cannot write", "up", "--trace", "/dev/null/absent")
        self.fail_with(1, "--trace: cannot write", "up", "--trace", "/dev/full")

    def test_a_wrong_unit_is_a_usage_error(self) -> None:
        self.fail_with(2, "--trace-unit", "up", "--trace-unit", "us")


if __name__ == "__main__":
    unittest.main()
