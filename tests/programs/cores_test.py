# SPDX-License-Identifier: Apache-2.0
"""Cores: a program is assembled, loaded and enabled by control code, and works on what DMAs bring."""

import hashlib
import struct
import subprocess
import unittest

import npu
from toolchain import SIMULATOR, ProgramCase, random_bytes

SIZE = 64
BLOCK = SIZE * SIZE  # Bytes of a tile of A, B or C: i8.
ROW = 2
SHIFT = 7

# Two buffers each for A, B and C. Locks: 0, 1 free and full buffers of A; 2, 3 of B; 4, 5 of C.
GEMM = f"""core gemm_i8
ring a = 0x00000:{BLOCK} x 2
ring b = 0x02000:{BLOCK} x 2
ring c = 0x04000:{BLOCK} x 2
ring sums = 0x08000:{4 * BLOCK}
loop ROUNDS
  acquire own.4 >= 1
  loop STEPS
    acquire own.1 >= 1
    acquire own.3 >= 1
    kernel gemm a b c sums M={SIZE} K={SIZE} N={SIZE} type_c=i8 shift={SHIFT} first=@start last=@end
    release own.0 +1
    release own.2 +1
    next a
    next b
  end
  release own.5 +1
  next c
end
done
"""


def product(a: bytes, b: bytes, steps: int) -> bytes:
    """Sum of `steps` products of tiles, shifted with halves to even, saturated; by plain loops."""
    result = bytearray()
    tiles = [(struct.unpack_from(f"{BLOCK}b", a, step * BLOCK), struct.unpack_from(f"{BLOCK}b", b, step * BLOCK))
             for step in range(steps)]
    columns = [[tile[1][n::SIZE] for n in range(SIZE)] for tile in tiles]
    for m in range(SIZE):
        rows = [tile[0][m * SIZE:(m + 1) * SIZE] for tile in tiles]
        for n in range(SIZE):
            total = sum(sum(map(int.__mul__, row, column[n])) for row, column in zip(rows, columns))
            floor, rest = total >> SHIFT, total & (1 << SHIFT) - 1
            half = 1 << SHIFT - 1
            floor += rest > half or (rest == half and floor & 1)
            result += struct.pack("b", max(-128, min(127, floor)))
    return bytes(result)


def routes(col: int) -> list[tuple[int, list[int]]]:
    """Shim MM2S 0, 1 to S2MM 0, 1 of the lowest compute tile; its MM2S 0 to shim S2MM 0."""
    writes = []
    for i in range(2):
        writes += npu.shim_route_up(col, i, i)
        writes += [(npu.mem(col) + npu.MEM_MANAGER["north"] + 4 * i, [npu.ENABLE | npu.MEM_INPUT_ID["south", i]]),
                   (npu.mem(col) + npu.MEM_SUBORDINATE["south"] + 4 * i, [npu.ENABLE])]
        writes += npu.compute_route(col, ROW, ("south", i), ("dma", i))
    writes += npu.compute_route(col, ROW, ("dma", 0), ("south", 0))
    writes += [(npu.mem(col) + npu.MEM_MANAGER["south"], [npu.ENABLE | npu.MEM_INPUT_ID["north", 0]]),
               (npu.mem(col) + npu.MEM_SUBORDINATE["north"], [npu.ENABLE])]
    return writes + npu.shim_route_down(col, 0, 0)


def buffers(col: int) -> list[tuple[int, list[int]]]:
    """BDs 0, 1 of A and 2, 3 of B wait for free buffers, 4, 5 of C for full ones; two free buffers of each."""
    words = BLOCK // 4
    writes = []
    for bd, base, take, give in ((0, 0x0000, 0, 1), (2, 0x2000, 2, 3), (4, 0x4000, 5, 4)):
        for i in range(2):
            descriptor = npu.Bd((base + i * BLOCK) // 4, words, acquire=(take, -1), release=(give, 1), next=bd + 1 - i)
            writes.append((npu.compute_bd(col, ROW, bd + i), descriptor.compute_words()))
    locks = [(npu.compute_lock_register(col, ROW, lock), [2 if lock in (0, 2, 4) else 0]) for lock in range(6)]
    queues = [(npu.compute_s2mm_queue(col, ROW, 0), [npu.queue_word(0)]),
              (npu.compute_s2mm_queue(col, ROW, 1), [npu.queue_word(2)]),
              (npu.compute_mm2s_queue(col, ROW), [npu.queue_word(4)])]
    return writes + locks + queues


def stream(uc: npu.Uc, col: int, inputs: int, outputs: int, at: int = 0) -> npu.Uc:
    """`inputs` blocks of arguments 0 and 1 in, `outputs` blocks of argument 2 out, from `at` rounds on; waits."""
    words = BLOCK // 4
    uc.job()
    for i in range(2):
        uc.write_shim_bd(npu.shim_bd(col, 0, i), npu.Bd(at * inputs * words, inputs * words), i)
    uc.write_shim_bd(npu.shim_bd(col, 0, 2), npu.Bd(at * outputs * words, outputs * words), 2)
    uc.write([(npu.shim_s2mm_queue(col, 0), [npu.queue_word(2)]),
              (npu.shim_mm2s_queue(col, 0), [npu.queue_word(0)]), (npu.shim_mm2s_queue(col, 1), [npu.queue_word(1)])])
    return uc.poll_idle(npu.shim_s2mm_status(col, 0)).end_job().end_page()


class Cores(ProgramCase):
    def core_words(self, text: str) -> list[int]:
        """The image of a core program."""
        (self.folder / "x.core").write_text(text)
        subprocess.run([SIMULATOR, "core", "as", self.folder / "x.core", "-o", self.folder / "x.bin"], check=True,
                       capture_output=True)
        image = (self.folder / "x.bin").read_bytes()
        return list(struct.unpack(f"<{len(image) // 4}I", image))

    def gemm(self, rounds: int | str, steps: int) -> list[int]:
        return self.core_words(GEMM.replace("ROUNDS", str(rounds)).replace("STEPS", str(steps)))

    def check(self, results: dict[int, bytes], a: bytes, b: bytes, rounds: int, steps: int) -> None:
        for i in range(rounds):
            part = slice(i * steps * BLOCK, (i + 1) * steps * BLOCK)
            self.assertEqual(results[2][i * BLOCK:(i + 1) * BLOCK], product(a[part], b[part], steps), f"round {i}")

    def test_a_core_that_control_code_loads_multiplies_what_streams_through_its_buffers(self) -> None:
        rounds, steps = 3, 4
        program = npu.Program(1)
        uc = program.uc(0)
        uc.job().write([(npu.program_memory(0, ROW), self.gemm(rounds, steps))]).end_job().end_page()
        uc.job().write([*routes(0), *buffers(0), (npu.core_control(0, ROW), [2])])
        uc.write([(npu.core_control(0, ROW), [1])]).end_job().end_page()
        stream(uc, 0, rounds * steps, rounds)
        uc.job().op(f"MASK_POLL_32 {npu.core_status(0, ROW):#x}, {1 << 20:#x}, {1 << 20:#x}").end_job().end_page()
        a, b = (random_bytes(rounds * steps * BLOCK, seed) for seed in (1, 2))
        results, report = self.run_elf(self.assemble(program, 3), {0: a, 1: b}, {2: rounds * BLOCK})
        self.assertEqual(self.messages, "")
        self.check(results, a, b, rounds, steps)
        core = next(row for row in report["resources"] if row["name"] == "column 0/compute tile 2/core")
        self.assertEqual(core["operations"], rounds * steps)

    def test_threads_change_nothing_and_no_data_leaves_outputs_alone(self) -> None:
        rounds, steps = 3, 4
        program = npu.Program(1)
        uc = program.uc(0)
        self.load_cores(uc, self.gemm(rounds, steps))
        stream(uc, 0, rounds * steps, rounds)
        inputs = {i: random_bytes(rounds * steps * BLOCK, i) for i in range(2)}
        elf = self.assemble(program, 3)
        runs = {}
        for options in (("--threads", "1"), ("--threads", "2"), ("--threads", "5"), ("--no-data",)):
            trace = self.folder / "trace"
            results, report = self.run_elf(elf, inputs, {2: rounds * BLOCK}, *options, "--trace", str(trace))
            self.assertEqual(self.messages, "")
            runs[options] = (results[2], report, hashlib.sha256(trace.read_bytes()).hexdigest())
        one = runs["--threads", "1"]
        self.check({2: one[0]}, inputs[0], inputs[1], rounds, steps)
        self.assertEqual(runs["--threads", "2"], one)
        self.assertEqual(runs["--threads", "5"], one)
        nothing = runs["--no-data",]
        self.assertEqual(nothing[0], bytes(rounds * BLOCK))
        self.assertEqual(nothing[1:], one[1:])

    def test_load_cores_loads_and_starts_a_core(self) -> None:
        rounds, steps = 2, 2
        program = npu.Program(1)
        uc = program.uc(0)
        self.load_cores(uc, self.gemm("forever", steps))
        stream(uc, 0, rounds * steps, rounds)
        a, b = (random_bytes(rounds * steps * BLOCK, seed) for seed in (3, 4))
        results, _ = self.run_elf(self.assemble(program, 3), {0: a, 1: b}, {2: rounds * BLOCK})
        self.assertEqual(self.messages, "")
        self.check(results, a, b, rounds, steps)

    def load_cores(self, uc: npu.Uc, image: list[int]) -> None:
        """A PDI that connects and sets buffers up, and a page sequence that loads the core and starts it."""
        pdi = uc.sequence("pdi", lambda inner: inner.job().write(routes(0)).end_job())

        def start(inner: npu.Uc) -> None:
            inner.job().write([(npu.core_control(0, ROW), [2]), (npu.program_memory(0, ROW), image)])
            inner.write([*buffers(0), (npu.core_control(0, ROW), [1])]).end_job()

        cores = uc.sequence("cores", start)
        uc.job().op(f"LOAD_PDI 1, @{pdi}").end_job()
        uc.job().op(f"LOAD_CORES 1, @{cores}").end_job().end_page()

    def test_after_a_preemption_cores_are_loaded_and_start_anew(self) -> None:
        steps, chunks = 2, 48
        program = npu.Program(1)
        uc = program.uc(0)
        # Long enough for the rival to ask for the array.
        slow = GEMM.replace("loop ROUNDS", "delay 120000\nloop forever").replace("STEPS", str(steps))
        self.load_cores(uc, self.core_words(slow))
        stream(uc, 0, steps, 1)
        uc.job().preempt(0, chunks).end_job().end_page()
        stream(uc, 0, steps, 1, at=1)
        rival = npu.Program(1)
        rival.uc(0).job().op(f"WRITE_32 {npu.column(0) | 0x1C000:#x}, 1").end_job().end_page()
        a, b = (random_bytes(2 * steps * BLOCK, seed) for seed in (5, 6))
        results, report = self.run_elf(self.assemble(program, 3), {0: a, 1: b}, {2: 2 * BLOCK}, "--rival",
                                       str(self.assemble(rival, 1, "rival")), "--set", "firmware.quantum_us=20")
        self.assertEqual(report["counters"]["cert.preemptions"], 1)
        self.check(results, a, b, 2, steps)

    def test_foreign_program_memory_is_named_by_its_digest_and_does_what_is_bound_to_it(self) -> None:
        rounds, steps = 1, 2
        foreign = list(struct.unpack("<1024I", random_bytes(4096, 7)))
        digest = hashlib.sha256(struct.pack("<1024I", *foreign) + bytes(32768 - 4096)).hexdigest()
        program = npu.Program(1)
        uc = program.uc(0)
        uc.job().write([(npu.program_memory(0, ROW), foreign)]).end_job().end_page()
        uc.job().write([*routes(0), *buffers(0), (npu.core_control(0, ROW), [1])]).end_job().end_page()
        stream(uc, 0, rounds * steps, rounds)
        elf = self.assemble(program, 3)
        a, b = (random_bytes(rounds * steps * BLOCK, seed) for seed in (8, 9))
        self.run_elf(elf, {0: a, 1: b}, {2: rounds * BLOCK}, "--set", "cert.packet_timeout_ms=2", status=1)
        self.assertIn("in column 0/compute tile 2/core enabled: expected a modelled core program, came SHA-256 " + digest,
                      self.messages)
        self.gemm(rounds, steps)
        results, _ = self.run_elf(elf, {0: a, 1: b}, {2: rounds * BLOCK}, "--bind", f"{digest}={self.folder}/x.core")
        self.check(results, a, b, rounds, steps)


if __name__ == "__main__":
    unittest.main()
