# SPDX-License-Identifier: Apache-2.0
"""`aie4sim guest --profile` of 100 commands: where each one's time went adds up, and guest and device are on one timeline in
the order of cause and effect. The timeline is read by a reader of its own, too."""

import argparse
import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "integration" / "cli"))
import perfetto  # noqa: E402

RUNS = 100
COMMAND = 1 << 63  # the arrows of commands
DEVICE = "device (simulated time, stretched onto the guest's clock)"


class ProfileTest(unittest.TestCase):
    aie4sim: Path
    logs: Path
    options: list[str]

    @classmethod
    def setUpClass(cls) -> None:
        target = cls.logs / "profile.pftrace"
        target.unlink(missing_ok=True)
        ran = subprocess.run([cls.aie4sim, "guest", *cls.options, "--timeout", "300", "--log-dir", cls.logs,
                              "--profile", target, "--", f"npu-xrt --elf /lab/xrt/move-4k.elf --move 4096 --runs {RUNS}"],
                             check=True, stdout=subprocess.PIPE, text=True)
        cls.output = ran.stdout
        cls.timeline = perfetto.read(target.read_bytes())
        told = subprocess.run([cls.aie4sim, "profile", target, "--json"], check=False, stdout=subprocess.PIPE, text=True)
        cls.status, cls.profile = told.returncode, json.loads(told.stdout)

    def test_all_commands_are_there_with_their_ends(self) -> None:
        self.assertEqual([command["name"] for command in self.profile["commands"]],
                         [f"run {number} of vf0 context 0" for number in range(RUNS)])
        self.assertEqual(self.profile["unreturned"], 0)

    def test_the_program_itself_finds_neither_gap_nor_effect_before_cause(self) -> None:
        self.assertEqual((self.profile["violations"], self.profile["gaps"], self.status), ([], [], 0))

    def test_the_shares_of_every_command_add_up_to_its_time_within_2_percent(self) -> None:
        for command in self.profile["commands"]:
            with self.subTest(command["name"]):
                named = sum(time for stage, time in command["ns"].items() if stage != "unattributed")
                self.assertAlmostEqual(named / command["duration_ns"], 1, delta=0.02)
        named = sum(stage["share"] for stage in self.profile["stages"] if stage["name"] != "unattributed")
        self.assertAlmostEqual(named, 1, delta=0.02)

    def test_the_clients_own_stopwatch_agrees(self) -> None:
        match = re.search(r"; ([\d.]+) us from start to end of wait", self.output)
        self.assertIsNotNone(match, self.output)
        measured = float(match[1]) * 1000
        # Its readings are around the traps by which the calls are traced.
        self.assertLess(self.profile["total_ns"], measured)
        self.assertGreater(self.profile["total_ns"], 0.75 * measured)

    def test_every_part_of_driver_and_device_has_its_share(self) -> None:
        stages = {stage["name"]: stage for stage in self.profile["stages"]}
        for name in ("user", "PCI", "firmware", "uC", "DMA", "memory"):
            self.assertGreater(stages[name]["ns"]["p50"], 0, name)
        for command in self.profile["commands"][1:]:
            # Equal commands take equal time in the device, whatever the guest's clock says.
            simulated = sum(command["simulated_ps"].values())
            self.assertTrue(5_000_000 < simulated < 50_000_000, command)
        # XRT does not wait in the kernel for what is complete already.
        self.assertGreater(stages["driver"]["share"], 0)

    def test_every_command_is_on_the_timeline_in_the_order_of_cause_and_effect(self) -> None:
        steps: dict[int, dict[str, perfetto.Slice]] = {}
        for one in self.timeline.instants:
            if one.flow & COMMAND:
                steps.setdefault(one.flow, {})[one.name] = one
        packets = {one.flow: one for one in self.timeline.of(f"{DEVICE}/uc0/packets")}
        self.assertEqual(len(steps), RUNS)
        for flow, mine in steps.items():
            with self.subTest(command=(flow & ~COMMAND) - 1):
                line = [mine["submit"], mine["doorbell sent"], mine["doorbell"], packets[flow], mine["completion word"]]
                times = [one.begin for one in line]
                self.assertEqual(times, sorted(times))
                self.assertLessEqual(mine["completion word"].begin, mine["returned"].begin)
                self.assertLessEqual(packets[flow].end, mine["interrupt raised"].begin)
                self.assertLessEqual(mine["completion word"].begin, mine["interrupt raised"].begin)
                self.assertLessEqual(mine["interrupt raised"].begin, mine["interrupt handled"].begin)
                if "woken" in mine:
                    self.assertLessEqual(mine["interrupt handled"].begin, mine["woken"].begin)
                    self.assertLessEqual(mine["woken"].begin, mine["returned"].begin)
        ordered = [steps[flow] for flow in sorted(steps)]
        for before, after in zip(ordered, ordered[1:]):
            self.assertLessEqual(before["returned"].begin, after["submit"].begin)

    def test_the_driver_its_interrupts_and_the_array_are_on_it(self) -> None:
        names = {(one.path.partition("/")[0], one.name) for one in self.timeline.slices}
        guest = "guest (its own clock)"
        for name in ("xrt::run::start", "xrt::run::wait", "ioctl 0x49", "amdxdna_drm_wait_cmd_ioctl", "xdna_hsa of vf0"):
            self.assertIn((guest, name), names)
        descriptors = [one for one in self.timeline.of(f"{DEVICE}/column 0/shim tile 0/DMA/MM2S_0") if "4096 B" in one.name]
        self.assertEqual(len(descriptors), RUNS)
        sent = {one.flow for one in self.timeline.instants if one.name.startswith("sends request") and one.flow}
        arrived = {one.flow for one in self.timeline.instants if one.name.startswith("request ") and one.flow}
        self.assertGreater(len(sent), 0)
        self.assertLessEqual(sent, arrived)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--aie4sim", type=Path, required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("options", nargs="*")
    arguments = parser.parse_args()
    ProfileTest.aie4sim, ProfileTest.logs, ProfileTest.options = arguments.aie4sim, arguments.logs, arguments.options
    unittest.main(argv=sys.argv[:1])
