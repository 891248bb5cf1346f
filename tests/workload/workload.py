# SPDX-License-Identifier: Apache-2.0
"""What tests of programs from shapes share: networks as files, and the program as a user runs it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "guest"))
from lab import fetch  # noqa: E402

SIMULATOR = os.environ["AIE4SIM"]
# A hang is noticed by the simulator itself, which is idle then; this is for a defect.
PATIENCE = 600


class WorkloadCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        fetch.ensure(("xrt",))

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="aie4sim-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_program(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([SIMULATOR, *map(str, words)], capture_output=True, text=True, check=False,
                              timeout=PATIENCE, stdin=subprocess.DEVNULL)

    def report(self, *words: object, status: int = 0) -> dict:
        """Runs an operation, which must end with `status`, and returns its JSON."""
        done = self.run_program(*words, "--json")
        self.assertEqual(done.returncode, status, f"{words}: {done.stderr}{done.stdout[:2000]}")
        return json.loads(done.stdout)

    def network(self, layers: list[dict]) -> Path:
        path = self.folder / "network.json"
        path.write_text(json.dumps({"name": "test", "layers": layers}), encoding="ascii")
        return path

    def check_layers(self, layers: list[dict], *options: str) -> dict:
        """Runs layers one after the other; each must be judged right."""
        report = self.report("net", self.network(layers), "--check", *options)
        for layer, spec in zip(report.get("layers", [report]), layers):
            self.assertTrue(layer["check"]["ok"], f"{spec}: {layer}")
            self.assertEqual(layer["check"]["compared"], layer["check"]["elements"], f"{spec}: not all compared")
        return report
