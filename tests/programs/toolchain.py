# SPDX-License-Identifier: Apache-2.0
"""From assembly text to an ELF by the distribution's aiebu-asm, and from there through `aie4sim run`."""

import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import npu

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "guest"))
from lab import fetch, initramfs  # noqa: E402

SIMULATOR = os.environ["AIE4SIM"]
# A hang is noticed by the simulator itself, which is idle then; this is for a defect.
PATIENCE = 600


def assembler() -> list[str]:
    tools = fetch.ensure(("xrt",))["xrt"]
    libraries = tools / initramfs.LIBRARIES
    return [str(libraries / "ld-linux-x86-64.so.2"), "--library-path", str(libraries), str(tools / "usr/bin/aiebu-asm")]


class ProgramCase(unittest.TestCase):
    """A test with a folder of its own, in which programs are assembled and run."""

    assembler: list[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.assembler = assembler()

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="aie4sim-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.messages = ""

    def assemble(self, program: npu.Program, arguments: int, name: str = "program") -> Path:
        """An aie4_config ELF of one kernel DPU with one instance."""
        (self.folder / f"{name}.asm").write_text(program.text(), encoding="ascii")
        kernel = {"name": "DPU",
                  "arguments": [{"name": f"arg{i}", "type": "char *", "offset": hex(8 * i)} for i in range(arguments)],
                  "instance": [{"id": name, "ctrl_code_file": f"./{name}.asm"}]}
        (self.folder / f"{name}.json").write_text(json.dumps({"xrt-kernels": [kernel]}), encoding="ascii")
        elf = self.folder / f"{name}.elf"
        done = subprocess.run([*self.assembler, "-t", "aie4_config", "-j", f"{name}.json", "-o", elf.name],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertTrue(done.returncode == 0 and elf.is_file(), f"aiebu-asm: {done.stdout}{done.stderr}")
        return elf

    def run_elf(self, elf: Path, inputs: dict[int, bytes], outputs: dict[int, int], *options: str,
                status: int = 0) -> tuple[dict[int, bytes], dict]:
        """Runs a program; the contents of the outputs and the report. What was said besides is in `messages`."""
        words = [SIMULATOR, "run", str(elf), "--json", *options]
        for number, content in inputs.items():
            (self.folder / f"in{number}").write_bytes(content)
            words += ["--arg", f"{number}={self.folder}/in{number}"]
        for number, size in outputs.items():
            words += ["--arg", f"{number}=out:{size}:{self.folder}/out{number}"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, status, f"{done.stderr}{done.stdout[:2000]}")
        self.messages = done.stderr
        report = json.loads(done.stdout)
        return {number: (self.folder / f"out{number}").read_bytes() for number in outputs}, report


def random_bytes(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)
