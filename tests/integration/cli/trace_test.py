# SPDX-License-Identifier: Apache-2.0
"""--trace: what the timeline of a run shows, read by an independent reader."""

import json
import random
import re
import shutil
import subprocess
import unittest
from collections import defaultdict
from pathlib import Path

import perfetto
from program import ProgramCase

# Host memory -> shim -> memory tile -> shim -> host memory, 4 kB.
COPY = Path(__file__).resolve().parents[2] / "fuzz/corpus/elf_program_fuzz/copy.elf"


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


class MovedData(ProgramCase):
    """A program that moves data, seen by --trace, --stats and --vcd at once."""

    def setUp(self) -> None:
        super().setUp()
        content = random.Random(1).randbytes(4096)
        (self.folder / "in").write_bytes(content)
        words = ["run", COPY, "--arg", f"0={self.folder}/in", "--arg", f"1=out:4096:{self.folder}/out", "--repeat", "3"]
        self.plain = self.succeed(*words)
        self.text = self.succeed(*words, "--trace", self.folder / "trace", "--trace-unit", "ps",
                                 "--stats", self.folder / "stats", "--vcd", self.folder / "vcd")
        self.assertEqual((self.folder / "out").read_bytes(), content)
        self.trace = perfetto.read((self.folder / "trace").read_bytes())
        self.stats = json.loads((self.folder / "stats").read_text())
        self.resources = {row["name"]: row for row in self.stats["resources"]}

    def test_looking_changes_nothing(self) -> None:
        self.assertEqual(self.plain, self.text)

    def test_timeline_and_statistics_agree_on_bytes_and_time(self) -> None:
        moved, busy = defaultdict(int), defaultdict(int)
        for one in self.trace.slices:
            if found := re.fullmatch(r"BD \d+: (\d+) B", one.name):
                moved[one.path] += int(found[1])
            elif one.name.startswith("beats"):
                busy[one.path] += one.end - one.begin
        self.assertEqual(set(moved.values()), {3 * 4096})
        self.assertEqual(len(moved), 4)
        for path, count in moved.items():
            self.assertEqual(self.resources[path]["bytes"], count)
            self.assertEqual(self.resources[path]["operations"], 3)
        self.assertTrue(busy)
        for path, time in busy.items():
            self.assertEqual(self.resources[path]["busy_ps"], time)
            self.assertEqual(self.resources[path]["bytes"], 3 * 4096)

    def test_utilisation_is_the_share_of_the_window(self) -> None:
        window = self.stats["window_ps"]
        self.assertGreaterEqual(window, sum(self.stats["durations_ps"]))
        for row in self.stats["resources"]:
            self.assertAlmostEqual(row["utilisation"], row["busy_ps"] / window)
        self.assertGreater(self.resources["uc0"]["busy_ps"], 0)
        self.assertGreater(self.resources["NoC and DDR"]["bytes"], 2 * 3 * 4096)

    def test_each_transfer_has_a_flow_from_the_sender_through_the_ports_to_the_receiver(self) -> None:
        flows = defaultdict(list)
        for one in sorted(self.trace.slices, key=lambda one: one.begin):
            if one.flow:
                flows[one.flow].append(one)
        self.assertEqual(len(flows), 2 * 3)
        for stations in flows.values():
            kinds = {"MM2S" if "/MM2S" in one.path else "S2MM" if "/S2MM" in one.path else "port" for one in stations}
            self.assertEqual(kinds, {"MM2S", "port", "S2MM"})
            sender = next(one for one in stations if "/MM2S" in one.path)
            for one in stations:
                self.assertLessEqual(sender.begin, one.end)

    def test_packets_jobs_and_opcodes_of_the_microcontroller_are_there(self) -> None:
        packets = self.trace.of("uc0/packets")
        self.assertEqual(len(packets), 3)
        self.assertTrue(packets[0].name.startswith("vf0 context 0 uc0 packet "), packets[0].name)
        for path in ("uc0", "uc0/job 0", "uc0 DM2MM"):
            for packet in packets:
                self.assertTrue(any(packet.begin <= one.begin and one.end <= packet.end
                                    for one in self.trace.of(path)), path)

    def test_the_table_says_where_the_time_went(self) -> None:
        self.assertRegex(self.plain, r"(?m)^where \d+\.\d{3} us went: busy +bytes +operations ")
        self.assertRegex(self.plain, r"(?m)^uc0 +\d+ ")
        self.assertRegex(self.plain, r"(?m)^waiting +for$")
        for line in self.plain.splitlines():
            self.assertLessEqual(len(line), 120)

    def test_the_dump_is_in_order_of_time_and_all_variables_are_declared(self) -> None:
        head, _, body = (self.folder / "vcd").read_text().partition("$enddefinitions $end\n")
        declared = set(re.findall(r"\$var (?:string 1|integer 64) (\S+) \S+ \$end", head))
        self.assertEqual(head.count("$scope "), head.count("$upscope "))
        self.assertRegex(head, r"\$var string 1 \S+ MM2S_\d \$end")
        times = [int(line[1:]) for line in body.splitlines() if line.startswith("#")]
        self.assertEqual(times, sorted(set(times)))
        changed = {line.split()[1] for line in body.splitlines() if not line.startswith("#")}
        self.assertEqual(changed, declared)


if __name__ == "__main__":
    unittest.main()
