# SPDX-License-Identifier: Apache-2.0
"""The last words of a failed test."""

import tempfile
import unittest
from pathlib import Path

from lab import failure


class SummaryTest(unittest.TestCase):
    def summary(self, files: dict[str, str], status: int = 1, error: str = "") -> list[str]:
        """Lines about a folder of logs."""
        with tempfile.TemporaryDirectory() as name:
            for file, text in files.items():
                (Path(name) / file).write_text(text)
            return failure.summary(Path(name), status, error).replace(name, "LOGS").splitlines()

    def test_why_it_failed_comes_last_and_whole(self) -> None:
        lines = self.summary({
            "output.txt": "many\nlines\nFAIL: word 0x1\nFAIL: 'npu-errors' gave status 1\nscenario errors FAILED (1 s)\n"
                          "scenario xrt passed\n",
            "server.log": "info: up\nwarning: guest error at 1 us in vf0\ninfo: statistics\n",
            "guest-console.txt": "Kernel panic - not syncing\n",
            "guest-dmesg.txt": "[ 1.0] boot\n[ 2.0] amdxdna [drm] *ERROR* get_read_index: ri 1, wi 0\n[ 3.0] end\n"})
        self.assertEqual(lines[-4:], ["--- failed with status 1, logs in LOGS:", "FAIL: word 0x1",
                                      "FAIL: 'npu-errors' gave status 1", "scenario errors FAILED (1 s)"])
        self.assertEqual(lines[:6], ["--- device server:", "warning: guest error at 1 us in vf0", "--- guest console:",
                                     "Kernel panic - not syncing", "--- kernel log:",
                                     "[ 2.0] amdxdna [drm] *ERROR* get_read_index: ri 1, wi 0"])

    def test_kernel_lines_below_a_verdict_belong_to_it(self) -> None:
        lines = self.summary({"output.txt": "FAIL: the kernel log has:\n[ 2.0] *ERROR* a\n[ 2.1] *ERROR* b\n"
                                            "scenario errors FAILED (1 s)\nscenario xrt passed\n"})
        self.assertEqual(lines[-4:], ["FAIL: the kernel log has:", "[ 2.0] *ERROR* a", "[ 2.1] *ERROR* b",
                                      "scenario errors FAILED (1 s)"])

    def test_it_stays_short(self) -> None:
        noise = "".join(f"FAIL: {number} {'x' * 1000}\n" for number in range(100))
        lines = self.summary({"output.txt": noise, "server.log": "warning: a\n" * 1000,
                              "guest-dmesg.txt": "WARNING: b\n" * 1000, "guest-console.txt": "c\n" * 1000})
        self.assertLess(len(lines), 45)
        self.assertLess(max(map(len, lines)), 250)
        self.assertTrue(lines[-1].startswith("FAIL: 99 "))
        self.assertTrue(any(line.startswith("FAIL: 0 ") for line in lines))

    def test_without_any_log_the_error_is_told(self) -> None:
        self.assertEqual(self.summary({}, 125, "QEMU ended with status 1"),
                         ["--- failed with status 125, logs in LOGS:", "lab: QEMU ended with status 1"])


if __name__ == "__main__":
    unittest.main()
