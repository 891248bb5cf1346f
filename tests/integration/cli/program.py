# SPDX-License-Identifier: Apache-2.0
"""The built program, as a user runs it: what the tests of the command line share."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["AIE4SIM"]
# Sanitized builds on a busy machine are slow; a hang is still noticed.
PATIENCE = 60


class ProgramCase(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        # Short, and not in the build tree: socket paths have 108 bytes.
        folder = tempfile.TemporaryDirectory(prefix="aie4sim-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_program(self, *words: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Runs the program to its end."""
        return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=False,
                              timeout=PATIENCE, stdin=subprocess.DEVNULL, env=os.environ | (environment or {}))

    def succeed(self, *words: object) -> str:
        """Runs the program, which must succeed silently; returns its output."""
        done = self.run_program(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), f"{words}: {done.stdout}")
        return done.stdout

    def fail_with(self, status: int, text: str, *words: object) -> None:
        """Runs the program, which must end with `status` and one line on standard error that contains `text`."""
        done = self.run_program(*words)
        self.assertEqual(done.returncode, status, f"{words}: {done.stderr}")
        self.assertRegex(done.stderr, r"\Aaie4sim: [^\n]+\n\Z")
        self.assertIn(text, done.stderr)
