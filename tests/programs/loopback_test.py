# SPDX-License-Identifier: Apache-2.0
"""DDR -> shim -> memory tile -> shim -> DDR: every channel, every column, sizes from a word up."""

import unittest

import npu
from streams import stream_column
from toolchain import ProgramCase, random_bytes


class Loopback(ProgramCase):
    def loop(self, columns: dict[int, list[tuple[int, int, int, int]]], size: int, buffer: int = 4096,
             options: tuple[str, ...] = ()) -> dict:
        """One uC a column. Checks every output against its input."""
        program = npu.Program(max(columns) + 1)
        inputs, outputs = {}, {}
        for col, ways in columns.items():
            first = len(inputs) + len(outputs)
            stream_column(program.uc(2 * col), col, ways, size // 4, buffer, first)
            for i in range(len(ways)):
                inputs[first + 2 * i] = random_bytes(size, seed=17 * col + i)
                outputs[first + 2 * i + 1] = size
        elf = self.assemble(program, len(inputs) + len(outputs))
        results, report = self.run_elf(elf, inputs, outputs, *options)
        for number, content in results.items():
            self.assertEqual(content, inputs[number - 1], f"argument {number}")
        return report

    def test_every_input_channel_of_a_memory_tile_takes_what_a_shim_channel_sends(self) -> None:
        for channel in range(8):
            with self.subTest(channel=channel):
                self.loop({0: [(channel % 4, channel, 4, channel % 2)]}, 0x2340)

    def test_every_output_channel_of_a_memory_tile_reaches_the_shim(self) -> None:
        for channel in range(10):
            with self.subTest(channel=channel):
                self.loop({0: [(0, 0, channel, channel % 2)]}, 0x2340)

    def test_both_halves_stream_at_the_same_time(self) -> None:
        self.loop({0: [(0, 0, 0, 0), (2, 4, 6, 1)]}, 1 << 18)

    def test_two_columns_stream_at_the_same_time(self) -> None:
        self.loop({0: [(1, 1, 1, 0)], 1: [(3, 7, 8, 1)]}, 1 << 18)

    def test_three_columns_with_both_halves_stream_at_the_same_time(self) -> None:
        self.loop({col: [(0, 2, 2, 0), (3, 5, 8, 1)] for col in range(3)}, 1 << 16)

    def test_sizes_from_one_word_to_many_buffers(self) -> None:
        for size in (4, 8, 60, 64, 68, 4096, 32768, 32772, 65536, 100004, 1 << 22):
            with self.subTest(size=size):
                self.loop({0: [(0, 0, 0, 0)]}, size)

    def test_sixteen_megabytes_without_an_iommu(self) -> None:
        self.loop({0: [(0, 0, 0, 0)]}, 16 << 20, buffer=0x10000, options=("--memory", "identity"))

    def test_the_same_program_takes_the_same_time_twice(self) -> None:
        ways = {0: [(0, 0, 0, 0)]}
        self.assertEqual(self.loop(ways, 1 << 16)["durations_ps"], self.loop(ways, 1 << 16)["durations_ps"])


if __name__ == "__main__":
    unittest.main()
