# SPDX-License-Identifier: Apache-2.0
"""Packets: several senders into one receiver, one sender to several receivers, control packets, tokens."""

import struct
import unittest

import npu
from toolchain import ProgramCase, random_bytes

WORDS = 0x400


def parity(word: int) -> int:
    """With bit 31 as odd parity of the others."""
    return word | (bin(word & 0x7FFFFFFF).count("1") + 1 & 1) << 31


def slot(port_base: int, port: int, number: int, packet_id: int, mask: int, msel: int, arbiter: int) -> tuple:
    return (port_base + 0x10 * port + 4 * number, [packet_id << 24 | mask << 16 | 1 << 8 | msel << 4 | arbiter])


# Slots of memory-tile inputs and shim inputs, half A, by position of the port among the registers.
MEM_SLOTS = 0x20080
MEM_PORT = {("dma", 0): 0, ("dma", 1): 1, ("south", 0): 7, ("south", 1): 8}


def packet_manager(address: int, msel_mask: int, arbiter: int, drop_header: bool) -> tuple:
    return (address, [npu.ENABLE | npu.PACKET | drop_header << 7 | msel_mask << 3 | arbiter])


class Packets(ProgramCase):
    def test_two_channels_share_one_stream_and_come_apart_again(self) -> None:
        """Shim MM2S 0 and 1 send packets 1 and 2 through North 0; South 0 of the memory tile sorts them."""
        program = npu.Program(1)
        uc = program.uc(0)
        shim_slots = 0x8080
        uc.job().write([
            # Both shim inputs go to arbiter 0, msel 0, and from there out of North 0.
            (npu.SHIM_SUBORDINATE["dma"], [npu.ENABLE | npu.PACKET]),
            (npu.SHIM_SUBORDINATE["dma"] + 4, [npu.ENABLE | npu.PACKET]),
            slot(shim_slots, 0, 0, 1, 0x1F, 0, 0), slot(shim_slots, 1, 0, 2, 0x1F, 0, 0),
            packet_manager(npu.SHIM_MANAGER["north"], 1, 0, False),
            # In the memory tile packet 1 takes arbiter 0 to S2MM 0, packet 2 arbiter 1 to S2MM 2.
            (npu.mem(0) + npu.MEM_SUBORDINATE["south"], [npu.ENABLE | npu.PACKET]),
            slot(npu.mem(0) + MEM_SLOTS, MEM_PORT["south", 0], 0, 1, 0x1F, 0, 0),
            slot(npu.mem(0) + MEM_SLOTS, MEM_PORT["south", 0], 1, 2, 0x1F, 0, 1),
            packet_manager(npu.mem(0) + npu.MEM_MANAGER["dma"], 1, 0, True),
            packet_manager(npu.mem(0) + npu.MEM_MANAGER["dma"] + 8, 1, 1, True)])
        uc.write([(npu.mem_s2mm_bd(0, 0, 0), npu.Bd(npu.OWN_MEMORY, WORDS).mem_words()),
                  (npu.mem_s2mm_bd(0, 2, 0), npu.Bd(npu.OWN_MEMORY + WORDS, WORDS).mem_words()),
                  (npu.mem_s2mm_queue(0, 0), [npu.queue_word(0)]), (npu.mem_s2mm_queue(0, 2), [npu.queue_word(0)])])
        for channel in range(2):
            uc.write_shim_bd(npu.shim_bd(0, 0, channel), npu.Bd(0, WORDS, packet=1 + channel), channel)
        uc.write([(npu.shim_mm2s_queue(0, channel), [npu.queue_word(channel)]) for channel in range(2)])
        uc.poll_idle(npu.mem_s2mm_status(0, 0)).poll_idle(npu.mem_s2mm_status(0, 2)).end_job().end_page()
        uc.job().write([*npu.mem_route_out(0, 0, 0), *npu.shim_route_down(0, 0, 0),
                        (npu.mem_mm2s_bd(0, 0, 0), npu.Bd(npu.OWN_MEMORY, 2 * WORDS).mem_words())])
        uc.write_shim_bd(npu.shim_bd(0, 0, 4), npu.Bd(0, 2 * WORDS), 2)
        uc.write([(npu.shim_s2mm_queue(0, 0), [npu.queue_word(4)]), (npu.mem_mm2s_queue(0, 0), [npu.queue_word(0)])])
        uc.poll_idle(npu.shim_s2mm_status(0, 0)).end_job()
        inputs = {i: random_bytes(4 * WORDS, seed=i) for i in range(2)}
        results, _ = self.run_elf(self.assemble(program, 3), inputs, {2: 8 * WORDS})
        self.assertEqual(results[2], inputs[0] + inputs[1])

    def test_control_packets_from_memory_write_registers(self) -> None:
        """A circuit from control MM2S 0 to the shim's own tile control; the last packet writes the spare register."""
        program = npu.Program(1)
        uc = program.uc(0)
        spare = 0x1C000
        uc.job().write([(npu.SHIM_MANAGER["tile_ctrl"], [npu.ENABLE | 26]),
                        (npu.SHIM_SUBORDINATE["dma_control"], [npu.ENABLE])])
        # Control BDs have no word 4.
        words = npu.Bd(0, 7).shim_words()
        label = uc.words(words)
        uc.op(f"APPLY_OFFSET_57 @{label}, 1, 0")
        uc.op(f"UC_DMA_WRITE_DES_SYNC @{uc.chain([(0x18300, words[:4])], [label])}")
        uc.write([(0x18314, words[5:]), (0x18564, [npu.queue_word(0)])])
        uc.op(f"MASK_POLL_32 {spare:#x}, 0xffffffff, 0xcafecafe")
        # Two locks were written by the first packet: their values go to memory and from there to the argument.
        for lock in range(2):
            uc.op(f"READ_32 $r{lock}, {0x10000 + 16 * lock:#x}")
            uc.op(f"WRITE_32_D 2, {npu.mem_data(0) + 4 * lock:#x}, {lock}")
        uc.end_job().end_page()
        uc.job().write([*npu.mem_route_out(0, 0, 0), *npu.shim_route_down(0, 0, 0),
                        (npu.mem_mm2s_bd(0, 0, 0), npu.Bd(npu.OWN_MEMORY, 2).mem_words())])
        uc.write_shim_bd(npu.shim_bd(0, 0, 1), npu.Bd(0, 2), 1)
        uc.write([(npu.shim_s2mm_queue(0, 0), [npu.queue_word(1)]), (npu.mem_mm2s_queue(0, 0), [npu.queue_word(0)])])
        uc.poll_idle(npu.shim_s2mm_status(0, 0)).end_job()
        header = {count: (count - 1) << 20 for count in (1, 4)}
        blob = struct.pack("<7I", parity(0x10000 | header[1]), 7, parity(0x10010 | header[1]), 9,
                           parity(spare | header[1]), 0xCAFECAFE, 0)
        results, _ = self.run_elf(self.assemble(program, 2), {0: blob}, {1: 8})
        self.assertEqual(struct.unpack("<2I", results[1]), (7, 9))

    def test_tokens_of_shim_and_memory_tile_arrive_at_the_uc(self) -> None:
        """Tokens travel over the narrow switches: memory tile South 0, shim North 0, shim uC port."""
        program = npu.Program(1)
        uc = program.uc(0)
        catch_all = 0x00010100  # ID 0, mask 1, msel 0, arbiter 0.
        uc.job().write([
            (npu.mem(0) + 0x201C0, [npu.ENABLE | npu.PACKET]), (npu.mem(0) + 0x201E0, [catch_all]),
            packet_manager(npu.mem(0) + 0x201A0, 0xF, 0, False),
            (0x81B0, [npu.ENABLE | npu.PACKET]), (0x81D0, [catch_all]),
            (0x81C0, [npu.ENABLE | npu.PACKET]), (0x8210, [catch_all]),
            packet_manager(0x8190, 0xF, 0, False)])
        uc.write([*npu.shim_route_up(0, 0, 0), *npu.mem_route_in(0, 0, 0),
                  (npu.mem_s2mm_bd(0, 0, 0), npu.Bd(npu.OWN_MEMORY, WORDS).mem_words()),
                  (npu.mem_s2mm_queue(0, 0), [npu.queue_word(0, token=True)])])
        uc.write_shim_bd(npu.shim_bd(0, 0, 0), npu.Bd(0, WORDS), 0)
        uc.write([(npu.shim_mm2s_queue(0, 0), [npu.queue_word(0, token=True)])])
        uc.op("WAIT_TCTS TILE_0_0, SHIM_MM2S_0, 1").op("WAIT_TCTS TILE_0_1, MEM_S2MM_0, 1").end_job()
        self.run_elf(self.assemble(program, 1), {0: random_bytes(4 * WORDS, seed=1)}, {})


if __name__ == "__main__":
    unittest.main()
