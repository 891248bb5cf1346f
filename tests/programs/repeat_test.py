# SPDX-License-Identifier: Apache-2.0
"""Equal runs give equal timelines, byte by byte, whatever the number of threads."""

import hashlib
import subprocess
import unittest

import npu
from streams import stream_column
from toolchain import PATIENCE, SIMULATOR, ProgramCase, random_bytes

SIZE = 1 << 18


class Repeat(ProgramCase):
    def timeline(self, *words: str) -> str:
        """Digest of the timeline of a run."""
        trace = self.folder / "trace"
        trace.unlink(missing_ok=True)
        done = subprocess.run([SIMULATOR, *words, "--trace", trace], capture_output=True, text=True, check=False,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stderr}")
        self.assertEqual(done.stderr, "")
        content = trace.read_bytes()
        self.assertGreater(len(content), 10_000)
        return hashlib.sha256(content).hexdigest()

    def check(self, *words: str) -> None:
        once = self.timeline(*words, "--threads", "1")
        self.assertEqual(self.timeline(*words, "--threads", "1"), once, "a second run")
        self.assertEqual(self.timeline(*words, "--threads", "2"), once, "two threads")
        # Or else no difference would ever be seen.
        self.assertNotEqual(self.timeline(*words, "--set", "stream.link_cycles=9"), once, "another device")

    def test_a_loopback_has_one_timeline(self) -> None:
        program = npu.Program(2)
        for col in range(2):
            stream_column(program.uc(2 * col), col, [(0, 0, 0, 0), (3, 5, 8, 1)], SIZE // 4, 0x1000, 4 * col)
        elf = self.assemble(program, 8)
        content = self.folder / "in"
        content.write_bytes(random_bytes(SIZE, seed=1))
        words = []
        for argument in range(0, 8, 2):
            words += ["--arg", f"{argument}={content}", "--arg", f"{argument + 1}=out:{SIZE}"]
        self.check("run", str(elf), *words, "--repeat", "2")

    def test_a_matrix_product_has_one_timeline(self) -> None:
        self.check("gemm", "--m", "300", "--n", "200", "--k", "400")


if __name__ == "__main__":
    unittest.main()
