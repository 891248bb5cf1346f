# SPDX-License-Identifier: Apache-2.0
"""What the laboratory reads out of apt's words and the machine's sources."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from lab import apt, fetch
from lab.errors import LabError


class ParsingTest(unittest.TestCase):
    def test_madison_keeps_the_order_and_drops_sources_and_repetitions(self) -> None:
        text = ("qemu-system-x86 | 1:11.1.3+ds-1~bpo13+1 | http://m/debian trixie-backports/main amd64 Packages\n"
                "qemu-system-x86 | 1:10.0.13 | http://m/debian trixie/main amd64 Packages\n"
                "qemu-system-x86 | 1:10.0.13 | http://n/debian trixie/main amd64 Packages\n"
                "      qemu | 1:10.0.13 | http://m/debian trixie/main Sources\n")
        self.assertEqual(apt.parse_madison(text), {"qemu-system-x86": ["1:11.1.3+ds-1~bpo13+1", "1:10.0.13"]})

    def test_simulation_gives_names_and_versions(self) -> None:
        text = ("NOTE: simulation\nInst gcc-14-base (14.2.0-19 Debian:13.7/stable [amd64])\n"
                "Inst libc6 [2.36] (2.41-12 Debian:13.7/stable [amd64]) []\nConf libc6 (2.41-12 Debian)\n")
        self.assertEqual(apt.parse_simulation(text), [("gcc-14-base", "14.2.0-19"), ("libc6", "2.41-12")])

    def test_deb822_joins_continuation_lines_and_skips_comments(self) -> None:
        stanzas = apt.parse_deb822("Types: deb\n# comment\nURIs: http://m/debian\nSuites: bookworm\n"
                                   " bookworm-updates\n\nTypes: deb-src\n")
        self.assertEqual(stanzas[0]["Suites"], "bookworm\nbookworm-updates")
        self.assertEqual(stanzas[1], {"Types": "deb-src"})

    def test_the_kernel_is_the_newest_point_release_of_the_plain_flavour(self) -> None:
        names = ["linux-binary-7.3.4+deb13-amd64", "linux-binary-7.3.10+deb13-amd64", "linux-binary-7.2.99+deb13-amd64",
                 "linux-binary-7.3.11+deb13-rt-amd64", "linux-binary-unsigned-7.3.12+deb13-amd64"]
        self.assertEqual(fetch.kernel_packages(names, "7.3", None), ["7.3.10+deb13-amd64", "7.3.4+deb13-amd64"])
        self.assertEqual(fetch.kernel_packages(names, "7.3", "7.3.4-1~bpo13+1"), ["7.3.4+deb13-amd64"])
        with self.assertRaisesRegex(LabError, "linux-binary-7.3.5"):
            fetch.kernel_packages(names, "7.3", "7.3.5")


class MirrorTest(unittest.TestCase):
    def find(self, files: dict[str, str]) -> apt.Mirror:
        """`find_mirror` on a made-up /etc/apt."""
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict("os.environ", clear=True):
            (Path(folder) / "sources.list.d").mkdir()
            for name, text in files.items():
                (Path(folder) / name).write_text(text)
            return apt.find_mirror(Path(folder))

    def test_deb822_with_its_keyring(self) -> None:
        mirror = self.find({"sources.list.d/debian.sources":
                            "Types: deb\nURIs: http://security/debian-security\nSuites: bookworm-security\n"
                            "Components: main\n\nTypes: deb\nURIs: http://m/debian\nSuites: bookworm bookworm-updates\n"
                            "Components: main\nSigned-By: /keys/d.gpg\n"})
        self.assertEqual(mirror, apt.Mirror("http://m/debian", "/keys/d.gpg"))

    def test_one_line_style_and_third_parties_are_told_apart(self) -> None:
        mirror = self.find({"sources.list.d/a.list": "deb [signed-by=/k] https://other/apt stable-thing main\n",
                            "sources.list": "# deb http://no/debian trixie main\n"
                                            "deb [arch=amd64 signed-by=/k2] http://m/debian trixie main contrib\n"})
        self.assertEqual(mirror, apt.Mirror("http://m/debian", "/k2"))

    def test_no_archive_is_an_error_that_says_what_to_set(self) -> None:
        with self.assertRaisesRegex(LabError, "AIE4SIM_MIRROR"):
            self.find({})
