# SPDX-License-Identifier: Apache-2.0
"""`aie4sim profile` on files that are no timelines of commands. What it says of those that are: unit tests, and guests."""

import unittest

from program import ProgramCase


class Profile(ProgramCase):
    def timeline(self) -> bytes:
        file = self.folder / "up.pftrace"
        self.succeed("up", "--trace", file)
        return file.read_bytes()

    def refuse(self, data: bytes, text: str) -> None:
        file = self.folder / "other.pftrace"
        file.write_bytes(data)
        self.fail_with(2, text, "profile", file)
        self.fail_with(2, text, "profile", file, "--json")

    def test_a_timeline_without_commands_of_a_guest_is_refused(self) -> None:
        self.refuse(self.timeline(), "expected a timeline of aie4sim guest --profile, came a trace without the track")
        self.refuse(b"", "expected a timeline of aie4sim guest --profile")

    def test_a_damaged_timeline_is_one_line_and_status_2(self) -> None:
        whole = self.timeline()
        self.refuse(whole[:-3], "expected a Perfetto trace as aie4sim writes it, came ")
        self.refuse(whole[:1000] + b"\xff" * 20 + whole[1020:], "expected a Perfetto trace as aie4sim writes it, came ")
        self.refuse(b"#!/bin/sh\n", "expected a Perfetto trace as aie4sim writes it, came ")

    def test_a_file_that_is_not_there_is_named(self) -> None:
        self.fail_with(1, "nowhere.pftrace", "profile", self.folder / "nowhere.pftrace")

    def test_merging_names_the_file_that_is_at_fault_and_writes_nothing(self) -> None:
        target = self.folder / "out.pftrace"
        self.fail_with(1, "guest-trace.txt", "profile", target, "--merge", self.folder)
        trace = self.folder / "guest-trace.txt"
        trace.write_text("Segmentation fault\n")
        self.fail_with(2, f"{trace}: expected a line of the guest kernel's trace, came in line 1: Segmentation fault", "profile",
                       target, "--merge", self.folder)
        trace.write_text("clock 1 2\n")
        record = self.folder / "transcript.aie4t"
        record.write_bytes(b"no transcript")
        times = self.folder / "host-times"
        times.write_bytes(b"")
        self.fail_with(2, f"{record}: ", "profile", target, "--merge", self.folder)
        self.assertFalse(target.exists())

    def test_times_that_are_not_those_of_the_recording_are_refused(self) -> None:
        record = self.folder / "transcript.aie4t"
        self.succeed("up", "--record", record)
        (self.folder / "guest-trace.txt").write_text("clock 1 2\n")
        times = self.folder / "host-times"
        times.write_bytes(bytes(24))
        self.fail_with(2, "expected the computer's clock at each of more than 3 recorded events, came 3", "profile",
                       self.folder / "out.pftrace", "--merge", self.folder)
        times.write_bytes(bytes(range(80)))
        self.fail_with(2, "expected times that do not decrease", "profile", self.folder / "out.pftrace", "--merge",
                       self.folder)


if __name__ == "__main__":
    unittest.main()
