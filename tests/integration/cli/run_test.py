# SPDX-License-Identifier: Apache-2.0
"""`aie4sim up`, `replay` and `transcript print`: a run without a guest, what it leaves, and what becomes of that."""

import json
import unittest

from program import ProgramCase


class Up(ProgramCase):
    def test_all_commands_complete_and_are_counted(self) -> None:
        report = json.loads(self.succeed("up", "--commands", "20", "--contexts", "2", "--json"))
        self.assertEqual((report["succeeded"], report["submitted"], report["completed"]), (True, 20, 20))
        self.assertEqual((report["vfs"], report["contexts"]), (4, 8))
        self.assertGreater(report["latency_ps"]["min"], 0)
        self.assertEqual(report["kernel_log"], [])

    def test_the_table_is_for_people(self) -> None:
        text = self.succeed("up")
        self.assertRegex(text, r"(?m)^PF probe +\d+\.\d{3} +\d+\.\d{3} ")
        self.assertIn("1 of 1 commands completed", text)

    def test_a_parameter_moves_the_simulated_time_by_what_it_says(self) -> None:
        def boot_ps(*words: str) -> int:
            phases = json.loads(self.succeed("up", "--json", *words))["phases"]
            return next(phase["duration_ps"] for phase in phases if phase["name"] == "create contexts")

        difference = boot_ps("--set", "firmware.message_ns=15000") - boot_ps("--set", "firmware.message_ns=5000")
        self.assertEqual(difference, 4 * 10_000_000)  # one message for each of four VFs

    def test_a_failure_is_told_and_is_status_1(self) -> None:
        done = self.run_program("up", "--fault", "psp-error")
        self.assertEqual(done.returncode, 1)
        self.assertIn("fw return error 0x", done.stdout)

    def test_two_runs_leave_identical_transcripts(self) -> None:
        files = [self.folder / name for name in ("first", "second")]
        for file in files:
            self.succeed("up", "--commands", "10", "--record", file)
        self.assertEqual(files[0].read_bytes(), files[1].read_bytes())
        self.assertGreater(files[0].stat().st_size, 1000)

    def test_files_that_cannot_be_written_fail(self) -> None:
        for option in ("--record", "--log"):
            with self.subTest(option):
                self.fail_with(1, option, "up", option, "/dev/null/absent")

    def test_an_unusable_configuration_is_a_usage_error(self) -> None:
        self.fail_with(2, "expected", "up", "--set", "functions.pf=false", "--set", "functions.vfs=0")


class Replay(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.transcript = self.folder / "up.aie4t"
        self.succeed("up", "--commands", "3", "--record", self.transcript)

    def test_a_recording_replays_on_the_recorded_device(self) -> None:
        self.assertIn("all as recorded", self.succeed("replay", self.transcript))

    def test_a_device_with_other_times_differs_unless_timing_is_ignored(self) -> None:
        change = ("--set", "cert.job_start_ns=4000")
        done = self.run_program("replay", self.transcript, *change)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"\Afirst difference at event \d+ of \d+: ")
        self.assertIn("all as recorded", self.succeed("replay", self.transcript, "--ignore-timing", *change))

    def test_a_device_that_answers_otherwise_differs_even_then(self) -> None:
        done = self.run_program("replay", self.transcript, "--ignore-timing", "--set", "array.core_locks=17")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("first difference at event", done.stdout)

    def test_what_is_no_transcript_fails(self) -> None:
        self.fail_with(1, "No such file", "replay", self.folder / "absent")
        self.fail_with(1, "Is a directory", "replay", self.folder)
        damaged = self.folder / "damaged"
        damaged.write_bytes(b"\x7fELF" + self.transcript.read_bytes()[4:])
        self.fail_with(1, "damaged", "replay", damaged)
        self.fail_with(1, "damaged", "transcript", "print", damaged)

    def test_a_wrong_setting_is_a_usage_error(self) -> None:
        self.fail_with(2, "nearest", "replay", self.transcript, "--set", "cert.jobstart_ns=1")


class Print(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.transcript = self.folder / "up.aie4t"
        self.succeed("up", "--record", self.transcript)

    def events(self, *words: object) -> list[dict]:
        text = self.succeed("transcript", "print", self.transcript, "--format", "json", *words)
        return [event for event in map(json.loads, text.splitlines()) if "kind" in event]

    def test_registers_and_messages_appear_by_name(self) -> None:
        text = self.succeed("transcript", "print", self.transcript)
        for name in ("Vendor ID", "MPASP_C2PMSG_123_ALT_1", "CREATE_PARTITION", "COMPLETED"):
            self.assertIn(name, text)

    def test_filters_select(self) -> None:
        everything = self.events()
        interrupts = self.events("--kind", "interrupt")
        self.assertTrue(0 < len(interrupts) < len(everything))
        self.assertEqual({event["kind"] for event in interrupts}, {"interrupt"})
        of_two = self.events("--function", "vf0", "--function", "vf1")
        self.assertEqual({event["function"] for event in of_two}, {"vf0", "vf1"})
        early = self.events("--to", "100")
        late = self.events("--from", "100.000001")
        self.assertEqual(len(early) + len(late), len(everything))
        self.assertTrue(early and late)

    def test_wrong_filters_are_refused(self) -> None:
        self.fail_with(2, "(nearest: interrupt)", "transcript", "print", self.transcript, "--kind", "interupt")
        self.fail_with(2, "--format", "transcript", "print", self.transcript, "--format", "xml")
        self.fail_with(1, "vf9", "transcript", "print", self.transcript, "--function", "vf9")


if __name__ == "__main__":
    unittest.main()
