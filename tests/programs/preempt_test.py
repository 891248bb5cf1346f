# SPDX-License-Identifier: Apache-2.0
"""PREEMPT with the save and restore programs inside aiebu-asm: memory tiles survive another context."""

import unittest

import npu
from toolchain import ProgramCase, random_bytes

TILE_BYTES = 3 << 20
CHUNKS = TILE_BYTES >> 16
AXI_BURST = 512  # Bytes: what the descriptors of npu.py and of the assembler say.
# A rival that waits has the array asked for while a tile is being filled, which takes longer.
QUANTUM = ("--set", "firmware.quantum_us=20")


def fill(uc: npu.Uc, col: int, argument: int) -> npu.Uc:
    """The whole memory tile of a column from an argument."""
    words = TILE_BYTES // 4
    uc.job().write([*npu.shim_route_up(col, 0, 0), *npu.mem_route_in(col, 0, 0),
                    (npu.mem_s2mm_bd(col, 0, 0), npu.Bd(npu.OWN_MEMORY, words).mem_words()),
                    (npu.mem_s2mm_queue(col, 0), [npu.queue_word(0)])])
    uc.write_shim_bd(npu.shim_bd(col, 0, 0), npu.Bd(0, words), argument)
    uc.write([(npu.shim_mm2s_queue(col, 0), [npu.queue_word(0)])])
    return uc.poll_idle(npu.mem_s2mm_status(col, 0)).end_job().end_page()


def drain(uc: npu.Uc, col: int, argument: int) -> npu.Uc:
    words = TILE_BYTES // 4
    uc.job().write([*npu.mem_route_out(col, 0, 0), *npu.shim_route_down(col, 0, 0),
                    (npu.mem_mm2s_bd(col, 0, 0), npu.Bd(npu.OWN_MEMORY, words).mem_words())])
    uc.write_shim_bd(npu.shim_bd(col, 0, 1), npu.Bd(0, words), argument)
    uc.write([(npu.shim_s2mm_queue(col, 0), [npu.queue_word(1)]), (npu.mem_mm2s_queue(col, 0), [npu.queue_word(0)])])
    return uc.poll_idle(npu.shim_s2mm_status(col, 0)).end_job().end_page()


def load_pdi(uc: npu.Uc) -> npu.Uc:
    """The assembler wants one in each program with a PREEMPT; this one leaves a mark in a spare register."""
    label = uc.scope("pdi", ["START_JOB 0", f"  WRITE_32 {npu.column(uc.index // 2) | 0x1C000:#x}, {uc.index + 1}",
                             "END_JOB"])
    return uc.job().op(f"LOAD_PDI 1, @{label}").end_job().end_page()


class Preempt(ProgramCase):
    def rival(self, columns: int):
        """Wipes the memory tiles with zeros."""
        program = npu.Program(columns)
        uc = program.uc(0)
        for col in range(columns):
            fill(uc, col, 0)
        return self.assemble(program, 1, "rival")

    def survive(self, program: npu.Program, columns: int, ucs: int) -> dict:
        inputs = {col: random_bytes(TILE_BYTES, seed=col) for col in range(columns)}
        outputs = {columns + col: TILE_BYTES for col in range(columns)}
        results, report = self.run_elf(self.assemble(program, 2 * columns), inputs, outputs,
                                       "--rival", str(self.rival(columns)), *QUANTUM)
        for col in range(columns):
            self.assertEqual(results[columns + col], inputs[col], f"column {col}")
        self.assertEqual(report["rival_commands"], 8)
        # Spare registers are storage and nothing else; anything more would be a register without its behaviour.
        self.assertEqual([entry for entry in report["unmodelled"] if "spare" not in entry["name"]], [])
        self.assertGreaterEqual(report["durations_ps"][0], self.least_ps(report, columns))
        self.assertLessEqual(report["durations_ps"][0], self.most_ps(report, columns, ucs))
        return report

    @staticmethod
    def least_ps(report: dict, columns: int) -> int:
        """What the bytes of fill, save, restore and drain, and of a rival in between, take at the DDR's bandwidth."""
        moved = 4 * columns * TILE_BYTES + columns * TILE_BYTES
        return moved * 1_000_000 // report["parameters"]["noc.bytes_per_us"]

    @staticmethod
    def most_ps(report: dict, columns: int, ucs: int) -> int:
        """The same at the rate of the channels that each phase uses, one phase after the other, and beside it all that
        controllers did: accesses, opcodes, packets, changes of context."""
        parameters = report["parameters"]
        run = 4096
        ddr = parameters["noc.bytes_per_us"] * run / (run + parameters["noc.run_overhead_bytes"])
        channel = parameters["shim.outstanding"] * AXI_BURST * 1000 / parameters["noc.latency_ns"]
        # Channels at work: fill, drain (a column after the other by each uC), save, restore, the rival's fill.
        phases = [ucs, ucs, 2 * columns, 4 * columns, 1]
        moving = sum(columns * TILE_BYTES / min(ddr, channels * channel) for channels in phases)
        controllers = sum(row["busy_ps"] + row["stalled_ps"].get("memory", 0) for row in report["resources"]
                          if row["name"] == "MPNPU" or row["name"].endswith((" DM2MM", " MM2DM")))
        counters = report["counters"]
        nanoseconds = counters["cert.opcodes"] * (parameters["cert.opcode_ns"] + parameters["cert.poll_interval_ns"] +
                                                  2 * parameters["noc.register_access_ns"])
        nanoseconds += counters["cert.jobs"] * parameters["cert.job_start_ns"]
        nanoseconds += counters["cert.packets"] * sum(parameters[f"cert.{step}_ns"] for step in (
            "doorbell_pickup", "packet_fetch", "packet_launch", "completion"))
        nanoseconds += 5 * (parameters["shim.read_task_ns"] + parameters["shim.cold_read_ns"])
        return round(moving * 1_000_000) + controllers + 1000 * nanoseconds

    def check(self, columns: int, ucs: dict[int, list[int]]) -> None:
        """`ucs`: which columns each uC fills and drains; each executes PREEMPT once."""
        program = npu.Program(columns)
        for index, own in ucs.items():
            uc = load_pdi(program.uc(index))
            for col in own:
                fill(uc, col, col)
            uc.job().preempt(0, CHUNKS * len(own)).end_job().end_page()
            for col in own:
                drain(uc, col, columns + col)
        report = self.survive(program, columns, len(ucs))
        self.assertEqual(report["counters"]["cert.preemptions"], len(ucs))

    def test_one_column_survives_another_context(self) -> None:
        self.check(1, {0: [0]})

    def test_two_columns_saved_by_one_uc_survive(self) -> None:
        self.check(2, {0: [0, 1]})

    def test_three_columns_saved_by_one_uc_survive(self) -> None:
        self.check(3, {0: [0, 1, 2]})

    def test_three_columns_saved_by_their_own_ucs_survive(self) -> None:
        self.check(3, {0: [0], 2: [1], 4: [2]})

    def test_without_another_context_nothing_is_saved(self) -> None:
        program = npu.Program(1)
        uc = load_pdi(program.uc(0))
        fill(uc, 0, 0).job().preempt(0, CHUNKS).end_job().end_page()
        drain(uc, 0, 1)
        content = random_bytes(TILE_BYTES, seed=9)
        results, report = self.run_elf(self.assemble(program, 2), {0: content}, {1: TILE_BYTES})
        self.assertEqual(results[1], content)
        self.assertEqual(report["counters"]["cert.preemptions"], 0)


if __name__ == "__main__":
    unittest.main()
