# SPDX-License-Identifier: Apache-2.0
"""Control code that moves data, made from the program builder of tests/programs, as aiebu-asm wants it."""

import json
import sys
from pathlib import Path

BUILDER = Path(__file__).resolve().parents[2] / "programs"
sys.path.append(str(BUILDER))
import npu  # noqa: E402
import streams  # noqa: E402

# What the texts are made from.
SOURCES = [Path(__file__).resolve(), BUILDER / "npu.py", BUILDER / "streams.py"]


def loopback(columns: int, size: int, buffer: int) -> tuple[npu.Program, int]:
    """DDR -> shim -> memory tile -> shim -> DDR in each column, one uC a column: argument 2 * i goes to 2 * i + 1,
    `size` bytes each, through two buffers of `buffer` words. The program and the number of its arguments."""
    program = npu.Program(columns)
    for column in range(columns):
        streams.stream_column(program.uc(2 * column), column, [(0, 0, 0, 0)], size // 4, buffer, 2 * column)
    return program, 2 * columns


def description(name: str, arguments: int) -> str:
    """The aie4_config description of one kernel with one instance, as the other control code has it."""
    return json.dumps({"xrt-kernels": [{
        "name": "DPU",
        "arguments": [{"name": f"arg{i}", "type": "char *", "offset": hex(8 * i)} for i in range(arguments)],
        "instance": [{"id": "dpu", "ctrl_code_file": f"./{name}.asm"}]}]})


def texts() -> dict[str, str]:
    """File name -> text: for each program its assembly text and its description."""
    programs = {"move-4k": loopback(1, 4 << 10, 0x100), "move-16m": loopback(1, 16 << 20, 0x10000),
                "move-columns": loopback(3, 1 << 20, 0x4000)}
    files = {}
    for name, (program, arguments) in programs.items():
        files[f"{name}.asm"] = program.text()
        files[f"{name}.json"] = description(name, arguments)
    return files
