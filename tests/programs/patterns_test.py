# SPDX-License-Identifier: Apache-2.0
"""Gather and scatter in two to four dimensions, iteration and padding, against plain nested loops."""

import itertools
import random
import struct
import unittest

import npu
from toolchain import ProgramCase, random_bytes

MEMORY_WORDS = 0x4000
BDS = 14  # One task each, so that all fit into a queue.


def addresses(bd: npu.Bd, execution: int) -> list[int]:
    """Word addresses that one execution of a descriptor visits, by counting every index."""
    step, wrap, current = bd.iteration
    base = bd.base + (current + execution) % wrap * step
    limits = [wrap or None for wrap in bd.wraps]
    strides = (1, *bd.steps)
    order, index = [], [0] * 4
    while len(order) < bd.length:
        order.append((base + sum(i * s for i, s in zip(index, strides))) & 0xFFFFFF)
        for d in range(4):
            index[d] += 1
            if d == 3 or limits[d] is None or index[d] < limits[d]:
                break
            index[d] = 0
    return order


def padded(bd: npu.Bd, words: list[int], value: int) -> list[int]:
    """The words of one execution with the constant around them, row by row and plane by plane."""
    (before0, after0), (before1, after1), (before2, after2) = bd.pads
    w0, w1, _ = bd.wraps
    rows = [[value] * before0 + words[i:i + w0] + [value] * after0 for i in range(0, len(words), w0)]
    blank_row = [value] * (before0 + w0 + after0)
    planes = [[blank_row] * before1 + rows[i:i + w1] + [blank_row] * after1 for i in range(0, len(rows), w1)]
    blank_plane = [blank_row] * (before1 + w1 + after1)
    box = [blank_plane] * before2 + planes + [blank_plane] * after2
    return list(itertools.chain.from_iterable(itertools.chain.from_iterable(box)))


def random_bd(rng: random.Random, injective: bool) -> npu.Bd:
    """A descriptor within the first MEMORY_WORDS of the own memory; `injective`: no word twice."""
    wraps = [rng.randint(1, 9) for _ in range(3)]
    counts = [*wraps, rng.randint(1, 5)]
    steps, reach = [], counts[0]
    for count in counts[1:]:
        step = reach + rng.randint(0, 7) if injective else rng.randint(0, 64)
        steps.append(step)
        reach = step * (count - 1) + reach
    length = counts[0] * counts[1] * counts[2] * counts[3]
    return npu.Bd(npu.OWN_MEMORY + rng.randint(0, MEMORY_WORDS - reach - 1), length, steps=tuple(steps),
                  wraps=tuple(wraps))


class Patterns(ProgramCase):
    def fill_and_read(self, bds: list[npu.Bd], repeats: list[int], lengths: list[int], pad: int = 0) -> tuple:
        """Memory filled linearly from argument 0, then read by one task for each descriptor into argument 1."""
        content = random_bytes(MEMORY_WORDS * 4, seed=len(bds))
        total = sum(lengths)
        program = npu.Program(1)
        uc = program.uc(0)
        fill = npu.Bd(npu.OWN_MEMORY, MEMORY_WORDS)
        uc.job().write([*npu.shim_route_up(0, 0, 0), *npu.mem_route_in(0, 0, 0), *npu.mem_route_out(0, 0, 0),
                        *npu.shim_route_down(0, 0, 0)])
        uc.write([(npu.mem_s2mm_bd(0, 0, 0), fill.mem_words()), (npu.mem_s2mm_queue(0, 0), [npu.queue_word(0)])])
        uc.write_shim_bd(npu.shim_bd(0, 0, 0), npu.Bd(0, MEMORY_WORDS), 0)
        uc.write([(npu.shim_mm2s_queue(0, 0), [npu.queue_word(0)])])
        uc.poll_idle(npu.mem_s2mm_status(0, 0)).end_job().end_page()
        uc.job().write([(npu.mem_mm2s_bd(0, 0, i), bd.mem_words()) for i, bd in enumerate(bds)] +
                       [(npu.mem_pad_value(0, 0), [pad])])
        uc.write_shim_bd(npu.shim_bd(0, 0, 1), npu.Bd(0, total), 1)
        uc.write([(npu.shim_s2mm_queue(0, 0), [npu.queue_word(1)]),
                  *((npu.mem_mm2s_queue(0, 0), [npu.queue_word(i, repeat)]) for i, repeat in enumerate(repeats))])
        uc.poll_idle(npu.shim_s2mm_status(0, 0)).end_job()
        results, _ = self.run_elf(self.assemble(program, 2), {0: content}, {1: 4 * total})
        memory = struct.unpack(f"<{MEMORY_WORDS}I", content)
        return memory, list(struct.unpack(f"<{total}I", results[1]))

    def check_gather(self, bds: list[npu.Bd], repeats: list[int], pad: int | None = None) -> None:
        def expect(memory: tuple) -> list[int]:
            words = []
            for bd, repeat in zip(bds, repeats):
                for execution in range(repeat):
                    read = [memory[a - npu.OWN_MEMORY] for a in addresses(bd, execution)]
                    words += read if pad is None else padded(bd, read, pad)
            return words

        lengths = [len(expect((0,) * MEMORY_WORDS))]
        memory, read = self.fill_and_read(bds, repeats, lengths, pad or 0)
        self.assertEqual(read, expect(memory))

    def test_memory_tile_gathers_in_up_to_four_dimensions(self) -> None:
        for seed in range(4):
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                self.check_gather([random_bd(rng, injective=False) for _ in range(BDS)], [1] * BDS)

    def test_iteration_moves_the_base_from_one_execution_to_the_next(self) -> None:
        rng = random.Random(7)
        bds = []
        for _ in range(BDS):
            bd = random_bd(rng, injective=False)
            bd.iteration = (rng.randint(1, 32), rng.randint(1, 6), 0)
            bd.base = npu.OWN_MEMORY + rng.randint(0, 0x1000)
            bds.append(bd)
        self.check_gather(bds, [rng.randint(1, 8) for _ in range(BDS)])

    def test_padding_surrounds_the_box_with_the_constant(self) -> None:
        rng = random.Random(11)
        bds = []
        for _ in range(BDS):
            bd = random_bd(rng, injective=False)
            bd.length = bd.wraps[0] * bd.wraps[1] * bd.wraps[2]
            bd.pads = tuple((rng.randint(0, 3), rng.randint(0, 3)) for _ in range(3))
            bds.append(bd)
        self.check_gather(bds, [1] * BDS, pad=0xDEADBEEF)

    def test_memory_tile_scatters_in_up_to_four_dimensions(self) -> None:
        rng = random.Random(3)
        bds = [random_bd(rng, injective=True) for _ in range(BDS)]
        total = sum(bd.length for bd in bds)
        content = random_bytes(4 * total, seed=3)
        program = npu.Program(1)
        uc = program.uc(0)
        uc.job().write([*npu.shim_route_up(0, 0, 0), *npu.mem_route_in(0, 0, 0), *npu.mem_route_out(0, 0, 0),
                        *npu.shim_route_down(0, 0, 0)])
        uc.write([(npu.mem_s2mm_bd(0, 0, i), bd.mem_words()) for i, bd in enumerate(bds)] +
                 [(npu.mem_mm2s_bd(0, 0, 0), npu.Bd(npu.OWN_MEMORY, MEMORY_WORDS).mem_words())])
        uc.write_shim_bd(npu.shim_bd(0, 0, 0), npu.Bd(0, total), 0)
        uc.write_shim_bd(npu.shim_bd(0, 0, 1), npu.Bd(0, MEMORY_WORDS), 1)
        uc.write([*((npu.mem_s2mm_queue(0, 0), [npu.queue_word(i)]) for i in range(BDS)),
                  (npu.shim_mm2s_queue(0, 0), [npu.queue_word(0)])])
        uc.poll_idle(npu.mem_s2mm_status(0, 0)).end_job().end_page()
        uc.job().write([(npu.shim_s2mm_queue(0, 0), [npu.queue_word(1)]),
                        (npu.mem_mm2s_queue(0, 0), [npu.queue_word(0)])])
        uc.poll_idle(npu.shim_s2mm_status(0, 0)).end_job()
        results, _ = self.run_elf(self.assemble(program, 2), {0: content}, {1: 4 * MEMORY_WORDS})
        memory = [0] * MEMORY_WORDS
        words = iter(struct.unpack(f"<{total}I", content))
        for bd in bds:
            for address in addresses(bd, 0):
                memory[address - npu.OWN_MEMORY] = next(words)
        self.assertEqual(list(struct.unpack(f"<{MEMORY_WORDS}I", results[1])), memory)


if __name__ == "__main__":
    unittest.main()
