# SPDX-License-Identifier: Apache-2.0
"""Command lines and the control protocol."""

import re
import tempfile
import unittest
from pathlib import Path

from lab import cli, qemu, scenarios, server, session
from lab.channels import CONTROL, LOG, OUTPUT, Channels
from lab.errors import LabError


def options(*words: str) -> session.Options:
    """Options of `lab.py run WORDS -- true` with some device server."""
    return cli.options_from(cli._parser().parse_args(["run", "--server", "some {wiring}", *words, "true"]))


class OptionsTest(unittest.TestCase):
    def test_the_server_gets_sockets_files_and_faults_as_serve_takes_them(self) -> None:
        wiring = server.Wiring(Path("pf"), [Path("v0"), Path("v1")], Path("q"), Path("r"), Path("l"), Path("s"), False,
                               ["psp-silent"], ["--set", "a=1"])
        self.assertEqual(server.command_line("x serve {wiring}", wiring),
                         "x serve --pf pf --vf v0 --vf v1 --qtest q --record r --log l --summary-json s "
                         "--fault psp-silent --set a=1".split())

    def test_a_static_vf_alone_needs_no_pf_and_no_qtest(self) -> None:
        wiring = server.Wiring(None, [Path("v0")], None, Path("r"), Path("l"), Path("s"), True)
        self.assertEqual(server.command_line("x {wiring}", wiring),
                         "x --static-vf v0 --record r --log l --summary-json s".split())

    def test_without_pf_there_is_no_sriov(self) -> None:
        with self.assertRaisesRegex(LabError, "--no-pf"):
            options("--no-pf")

    def test_the_memory_mode_decides_about_iommu_and_carveouts(self) -> None:
        carveout, iova = options("--memory", "carveout"), options("--memory", "iova")
        self.assertIn("memmap=256M$0x14000000", session.kernel_arguments(carveout))
        self.assertIn("intel_iommu=on", session.kernel_arguments(iova))
        self.assertEqual(session.guest_configuration(iova)["LAB_MODULE_ARGUMENTS"], "force_iova=1")
        self.assertEqual(session.guest_configuration(carveout)["LAB_CARVEOUT_SIZE"], str(64 << 20))

    def test_many_vfs_share_the_memory_that_one_may_have_alone(self) -> None:
        self.assertEqual([options(*words).carveout_mib for words in (("--static-vf",), ("--vfs", "8"), ("--vfs", "16"),
                                                                     ("--ram", "512"))], [64, 32, 16, 16])

    def test_the_iommu_comes_before_the_devices_it_translates_for(self) -> None:
        words = qemu.arguments(qemu.Machine(Path("k"), Path("i"), "", 512, True, Path("pf"), [Path("v")]), [3])
        iommu = next(i for i, word in enumerate(words) if word.startswith("intel-iommu"))
        self.assertTrue(all(i > iommu for i, word in enumerate(words) if "vfio-user-pci" in word))

    def test_every_fault_of_the_catalogue_has_one_row(self) -> None:
        page = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text()  # printed by the program
        catalogue = re.findall(r"^\| `([a-z-]+)` \|", page.partition("\n## Faults\n")[2], re.M)
        self.assertIn("psp-silent", catalogue)
        rows = [str(row["fault"]) for group in scenarios.fault_groups().values() for row in group]
        self.assertEqual(sorted(rows), sorted(catalogue))

    def test_every_fault_group_names_faults_steps_and_words(self) -> None:
        for group, rows in scenarios.fault_groups().items():
            self.assertIn("fault_row", scenarios.fault_command(rows), group)
            for row in rows:
                self.assertIn(row["when"], ("load", "vfs-on", "vfs-off", "context", "unload"))


class GrowthTest(unittest.TestCase):
    @staticmethod
    def history(**last: int) -> list[dict[str, int]]:
        """Twenty rounds that are alike, but for what is said of the last."""
        entry = {"descriptors": 11, "threads": 2, "resident_kib": 20000}
        return [entry] * 19 + [entry | last]

    def test_a_server_that_stays_as_it_was_passes(self) -> None:
        scenarios.check_growth(self.history(resident_kib=20500))

    def test_every_kind_of_leak_is_named(self) -> None:
        for leak, word in ((dict(descriptors=12), "descriptors"), (dict(threads=3), "threads"),
                           (dict(resident_kib=40000), "grew")):
            with self.assertRaisesRegex(LabError, word):
                scenarios.check_growth(self.history(**leak))


class ChannelsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.output = b""
        self.channels = Channels(Path(self.folder.name), self._collect, lambda note: None)

    def tearDown(self) -> None:
        self.channels.close()
        self.folder.cleanup()

    def _collect(self, data: bytes) -> None:
        self.output += data

    def say(self, port: int, data: bytes) -> None:
        """The guest writes to a port, the laboratory reads it."""
        self.channels.guest[port].send(data)
        self.channels.pump(port)

    def test_boots_are_counted_and_answered(self) -> None:
        for number in (b"1", b"2"):
            self.say(CONTROL, b"hello\n")
            self.assertEqual(self.channels.guest[CONTROL].recv(100), b"boot " + number + b"\n")
        self.assertEqual(self.channels.report.boots, 2)

    def test_a_line_may_arrive_in_pieces(self) -> None:
        self.say(CONTROL, b"exit ")
        self.assertIsNone(self.channels.report.status)
        self.say(CONTROL, b"7\r\n")
        self.assertEqual(self.channels.report.status, 7)

    def test_the_run_is_finished_only_with_status_and_whole_log(self) -> None:
        self.say(CONTROL, b"exit 0\n")
        self.assertFalse(self.channels.finished)
        self.say(LOG, b"[    1.000000] lab: end of log\n")
        self.assertTrue(self.channels.finished)

    def test_the_guest_is_told_what_the_device_has_counted_in_the_order_it_asks(self) -> None:
        self.channels.device_counters = lambda: {"cert.jobs": 7, "cert.packets": 3, "noc.bytes": 9}
        self.say(CONTROL, b"counters cert.packets cert.jobs\n")
        self.assertEqual(self.channels.guest[CONTROL].recv(100), b"counters 3 7\n")

    def test_a_counter_that_the_device_has_not_is_named(self) -> None:
        self.channels.device_counters = lambda: {"cert.jobs": 7}
        with self.assertRaisesRegex(LabError, "counts no cert.runs; it counts cert.jobs"):
            self.say(CONTROL, b"counters cert.jobs cert.runs\n")

    def test_output_is_passed_on_byte_by_byte(self) -> None:
        self.say(OUTPUT, b"\x00\xff\r\n")
        self.assertEqual(self.output, b"\x00\xff\r\n")
