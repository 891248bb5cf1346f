# SPDX-License-Identifier: Apache-2.0
"""One stream to all twelve compute tiles, and each tile's memory read back."""

import unittest

import npu
from toolchain import ProgramCase, random_bytes

WORDS = 0x800
ROWS = range(2, 6)
COLUMNS = range(3)


def spread() -> list[tuple[int, list[int]]]:
    """Shim MM2S 0 of column 0 to S2MM 0 of every compute tile: along the shim row eastwards and up every column."""
    writes = []
    for col in COLUMNS:
        base, source = npu.column(col), npu.SHIM_INPUT_ID["dma", 0] if col == 0 else npu.SHIM_INPUT_ID["west", 0]
        writes += [(base | npu.SHIM_MANAGER["north"], [npu.ENABLE | source]),
                   (base | npu.SHIM_SUBORDINATE["dma" if col == 0 else "west"], [npu.ENABLE])]
        if col + 1 < len(COLUMNS):
            writes.append((base | npu.SHIM_MANAGER["east"], [npu.ENABLE | source]))
        writes += [(npu.mem(col) + npu.MEM_MANAGER["north"], [npu.ENABLE | npu.MEM_INPUT_ID["south", 0]]),
                   (npu.mem(col) + npu.MEM_SUBORDINATE["south"], [npu.ENABLE])]
        for row in ROWS:
            writes += npu.compute_route(col, row, ("south", 0), ("dma", 0))
            # The top row drives out of the array, where every beat has to be taken.
            writes += npu.compute_route(col, row, ("south", 0), ("north", 0))
    return writes


def collect(col: int, row: int) -> list[tuple[int, list[int]]]:
    """MM2S 0 of one compute tile down its column to shim S2MM 0."""
    writes = npu.compute_route(col, row, ("dma", 0), ("south", 0))
    for below in range(2, row):
        writes += npu.compute_route(col, below, ("north", 0), ("south", 0))
    writes += [(npu.mem(col) + npu.MEM_MANAGER["south"], [npu.ENABLE | npu.MEM_INPUT_ID["north", 0]]),
               (npu.mem(col) + npu.MEM_SUBORDINATE["north"], [npu.ENABLE])]
    return writes + npu.shim_route_down(col, 0, 0)


class Multicast(ProgramCase):
    def test_twelve_compute_tiles_receive_the_same_stream(self) -> None:
        program = npu.Program(len(COLUMNS))
        uc = program.uc(0)
        uc.job().write(spread()).end_job().end_page()
        receive = npu.Bd(0x40, WORDS)
        uc.job().write([(npu.compute_bd(col, row, 0), receive.compute_words()) for col in COLUMNS for row in ROWS] +
                       [(npu.compute_s2mm_queue(col, row, 0), [npu.queue_word(0)]) for col in COLUMNS for row in ROWS])
        uc.write_shim_bd(npu.shim_bd(0, 0, 0), npu.Bd(0, WORDS), 0)
        uc.write([(npu.shim_mm2s_queue(0, 0), [npu.queue_word(0)])])
        for col in COLUMNS:
            for row in ROWS:
                uc.poll_idle(npu.compute_s2mm_status(col, row, 0))
        uc.end_job().end_page()
        tiles = [(col, row) for col in COLUMNS for row in ROWS]
        for number, (col, row) in enumerate(tiles):
            uc.job().write(collect(col, row))
            uc.write_shim_bd(npu.shim_bd(col, 0, 1), npu.Bd(number * WORDS, WORDS), 1)
            uc.write([(npu.compute_bd(col, row, 1), receive.compute_words()),
                      (npu.shim_s2mm_queue(col, 0), [npu.queue_word(1)]),
                      (npu.compute_mm2s_queue(col, row), [npu.queue_word(1)])])
            uc.poll_idle(npu.shim_s2mm_status(col, 0)).end_job().end_page()
        content = random_bytes(4 * WORDS, seed=5)
        results, _ = self.run_elf(self.assemble(program, 2), {0: content}, {1: 4 * WORDS * len(tiles)})
        for number, tile in enumerate(tiles):
            self.assertEqual(results[1][number * len(content):][:len(content)], content, f"tile {tile}")


if __name__ == "__main__":
    unittest.main()
