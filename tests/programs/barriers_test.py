# SPDX-License-Identifier: Apache-2.0
"""Several microcontrollers: remote barriers, what they order, and who is to blame when one never arrives."""

import struct
import unittest

import npu
from toolchain import ProgramCase

UCS = (0, 2, 4)
MASK = 0x15


class Barriers(ProgramCase):
    def test_what_two_ucs_wrote_before_a_barrier_a_third_reads_after_it(self) -> None:
        program = npu.Program(3)
        lead = program.uc(0).job().op(f"REMOTE_BARRIER $rb0, {MASK:#x}")
        for number, col in enumerate((1, 2)):
            lead.op(f"READ_32 $r{number}, {npu.mem_data(col):#x}")
            lead.op(f"WRITE_32_D 2, {npu.mem_data(0) + 4 * number:#x}, {number}")
        lead.end_job().end_page()
        for col, value in ((1, 0x11111111), (2, 0x22222222)):
            other = program.uc(2 * col).job()
            for _ in range(50 * col):
                other.op("NOP")
            other.op(f"WRITE_32 {npu.mem_data(col):#x}, {value:#x}").op(f"REMOTE_BARRIER $rb0, {MASK:#x}").end_job()
        lead.job().write([*npu.mem_route_out(0, 0, 0), *npu.shim_route_down(0, 0, 0),
                          (npu.mem_mm2s_bd(0, 0, 0), npu.Bd(npu.OWN_MEMORY, 2).mem_words())])
        lead.write_shim_bd(npu.shim_bd(0, 0, 1), npu.Bd(0, 2), 0)
        lead.write([(npu.shim_s2mm_queue(0, 0), [npu.queue_word(1)]),
                    (npu.mem_mm2s_queue(0, 0), [npu.queue_word(0)])])
        lead.poll_idle(npu.shim_s2mm_status(0, 0)).end_job()
        results, _ = self.run_elf(self.assemble(program, 1), {}, {0: 8})
        self.assertEqual(struct.unpack("<2I", results[0]), (0x11111111, 0x22222222))

    def test_a_hundred_rounds_of_barriers_keep_three_ucs_in_step(self) -> None:
        program = npu.Program(3)
        for index in UCS:
            uc = program.uc(index).job()
            for round_number in range(100):
                uc.op(f"REMOTE_BARRIER $rb{round_number % 8}, {MASK:#x}")
            uc.end_job()
        self.run_elf(self.assemble(program, 0), {}, {})

    def test_a_uc_that_never_arrives_is_named(self) -> None:
        program = npu.Program(3)
        for index in UCS:
            uc = program.uc(index).job()
            if index != 4:
                uc.op(f"REMOTE_BARRIER $rb0, {MASK:#x}")
            uc.op("NOP").end_job()
        _, report = self.run_elf(self.assemble(program, 0), {}, {}, status=1)
        self.assertEqual(report["completion_word"], 6 << 4 | 5)  # PKT_TIMEOUT, reported by uC 0.
        self.assertIn("remote barrier $rb0 of party 0x15 (uC 4 has not arrived)", self.messages)


if __name__ == "__main__":
    unittest.main()
