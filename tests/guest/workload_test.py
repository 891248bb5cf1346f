# SPDX-License-Identifier: Apache-2.0
"""Programs of `aie4sim gemm` and `softmax` by an unmodified xrt-runner and the real driver, against results that were compared with a
reference: alone, in turn in one context, and with a result that is wrong in one bit."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ITERATIONS = 4
# Neither uses the cores and routes of the other, so that each would trip over what it leaves. XRT wants programs of one context to
# have as many columns.
PROGRAMS = {"product": ("gemm", "--m", "150", "--n", "132", "--k", "260", "--dtype", "i8"),
            "rows": ("softmax", "--rows", "70", "--width", "96")}
OUTPUTS = {"product": "c", "rows": "y"}
SCRIPT = """. /lab/functions.sh
cd /lab/work
run() {
	echo "== $1"
	before=$(device_counters cert.commands_completed cert.commands_failed)
	xrt-runner --recipe $1.recipe.json --profile $1.profile.json --dir /lab/work --iterations %d 2>&1
	echo "== status $? counted $before $(device_counters cert.commands_completed cert.commands_failed)"
}
for recipe in product rows both wrong; do run $recipe; done
""" % ITERATIONS


def joined(parts: list[dict]) -> dict:
    """One document with the lists of all: of recipes one context for all programs, their runs in turn."""
    whole = json.loads(json.dumps(parts[0]))
    for part in parts[1:]:
        if "resources" in part:
            whole["resources"]["hwctxs"][0]["programs"] += part["resources"]["hwctxs"][0]["programs"]
            for name in ("buffers", "kernels"):
                whole["resources"][name] += part["resources"][name]
            whole["execution"]["runs"] += part["execution"]["runs"]
        else:
            whole["bindings"] += part["bindings"]
    return whole


class WorkloadTest(unittest.TestCase):
    aie4sim: Path
    logs: Path
    options: list[str]
    sections: dict[str, str]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="aie4sim-")
        cls.addClassCleanup(folder.cleanup)
        work = Path(folder.name) / "work"
        work.mkdir()
        for name, words in PROGRAMS.items():
            place = Path(folder.name) / name
            subprocess.run([cls.aie4sim, *words, "--columns", "2", "--check", "--emit", place, "--name", name], check=True,
                           stdin=subprocess.DEVNULL)
            for path in place.iterdir():
                path.rename(work / path.name)

        def read(name: str, what: str) -> dict:
            return json.loads((work / f"{name}.{what}.json").read_text())

        def write(name: str, what: str, document: dict) -> None:
            (work / f"{name}.{what}.json").write_text(json.dumps(document))

        for what in ("recipe", "profile"):
            write("both", what, joined([read(name, what) for name in PROGRAMS]))
        golden = bytearray((work / f"{OUTPUTS['product']}.bin").read_bytes())
        golden[-5] ^= 1
        (work / "wrong.bin").write_bytes(golden)
        write("wrong", "recipe", read("product", "recipe"))
        write("wrong", "profile", json.loads(json.dumps(read("product", "profile")).replace(
            f'"{OUTPUTS["product"]}.bin"', '"wrong.bin"')))

        files = [word for path in sorted(work.iterdir()) for word in ("--file", f"{path}:/lab/work/{path.name}")]
        ran = subprocess.run([cls.aie4sim, "guest", *cls.options, "--timeout", "300", "--log-dir", cls.logs, *files, "--",
                              SCRIPT], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        parts = re.split(r"^== (product|rows|both|wrong)\r?\n", ran.stdout, flags=re.MULTILINE)
        cls.sections = dict(zip(parts[1::2], parts[2::2]))

    def ended(self, name: str) -> tuple[int, int, int]:
        """Exit status of xrt-runner; commands that the device completed and that failed meanwhile."""
        match = re.search(r"^== status (\d+) counted (\d+) (\d+) (\d+) (\d+)", self.sections[name], re.MULTILINE)
        self.assertIsNotNone(match, self.sections[name])
        status, completed, failed, completed_after, failed_after = map(int, match.groups())
        return status, completed_after - completed, failed_after - failed

    def test_each_program_alone_gives_its_checked_result_again_and_again(self) -> None:
        for name in PROGRAMS:
            with self.subTest(name):
                self.assertEqual(self.ended(name), (0, ITERATIONS, 0), self.sections[name])

    def test_two_programs_in_turn_in_one_context_do_not_trip_over_each_other(self) -> None:
        self.assertEqual(self.ended("both"), (0, 2 * ITERATIONS, 0), self.sections["both"])

    def test_a_result_that_is_wrong_in_one_bit_is_refused(self) -> None:
        status, completed, failed = self.ended("wrong")
        self.assertNotEqual(status, 0, self.sections["wrong"])
        self.assertIn("does not match bo value", self.sections["wrong"])
        self.assertEqual(failed, 0)
        self.assertGreater(completed, 0)

    def test_nothing_was_touched_that_is_not_modelled(self) -> None:
        summary = json.loads((self.logs / "summary.json").read_text())
        self.assertEqual(summary["unmodelled"]["entries"], [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--aie4sim", type=Path, required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("options", nargs="*")
    arguments = parser.parse_args()
    WorkloadTest.aie4sim, WorkloadTest.logs, WorkloadTest.options = arguments.aie4sim, arguments.logs, arguments.options
    unittest.main(argv=sys.argv[:1])
