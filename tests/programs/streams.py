# SPDX-License-Identifier: Apache-2.0
"""Parts of programs that several tests share: data streamed through a memory tile."""

import npu

# For each channel a way that the switches have.
SOUTH_OF_S2MM = (0, 1, 0, 1, 2, 3, 2, 3)
SOUTH_OF_MM2S = (0, 1, 0, 1, 2, 2, 3, 2, 3, 0)
MAX_REPEAT = 4096


def stream_column(uc: npu.Uc, col: int, ways: list[tuple[int, int, int, int]], words: int, buffer: int,
                  first_argument: int, wait: bool = True) -> None:
    """Copies `words` on each way (shim MM2S, memory S2MM, memory MM2S, shim S2MM) at the same time, through two buffers
    of `buffer` words each; argument first_argument + 2 * i goes to first_argument + 2 * i + 1. `wait`: for the outputs."""
    for i, (shim_out, mem_in, mem_out, shim_in) in enumerate(ways):
        north, south = SOUTH_OF_S2MM[mem_in], SOUTH_OF_MM2S[mem_out]
        routes = [*npu.shim_route_up(col, shim_out, north), *npu.mem_route_in(col, mem_in, north),
                  *npu.mem_route_out(col, mem_out, south), *npu.shim_route_down(col, shim_in, south)]
        half = mem_in >> 2
        empty, full = half * 32 + 4 * i, half * 32 + 4 * i + 1
        base = npu.OWN_MEMORY + 2 * i * buffer

        def bds(lock_in: int, lock_out: int) -> list[npu.Bd]:
            """Two buffers in turn, then one for what is left."""
            rest = words % (2 * buffer)
            take, give = (npu.mem_lock(lock_in), -1), (npu.mem_lock(lock_out), 1)
            return [npu.Bd(base, buffer, acquire=take, release=give, next=1),
                    npu.Bd(base + buffer, buffer, acquire=take, release=give),
                    npu.Bd(base, min(rest, buffer), acquire=take, release=give, next=3 if rest > buffer else None),
                    npu.Bd(base + buffer, max(rest - buffer, 0), acquire=take, release=give)]

        def tasks(queue: int) -> list[tuple[int, list[int]]]:
            rounds, writes = words // (2 * buffer), []
            while rounds:
                now = min(rounds, MAX_REPEAT)
                writes.append((queue, [npu.queue_word(0, now)]))
                rounds -= now
            if words % (2 * buffer):
                writes.append((queue, [npu.queue_word(2)]))
            return writes

        uc.job().write(routes)
        uc.write([(npu.mem_lock_register(col, empty), [2]), (npu.mem_lock_register(col, full), [0])])
        uc.write([(npu.mem_s2mm_bd(col, mem_in, n), bd.mem_words()) for n, bd in enumerate(bds(empty, full))] +
                 [(npu.mem_mm2s_bd(col, mem_out, n), bd.mem_words()) for n, bd in enumerate(bds(full, empty))])
        read, write = 2 * (shim_out & 1), 8
        uc.write_shim_bd(npu.shim_bd(col, shim_out >> 1, read), npu.Bd(0, words), first_argument + 2 * i)
        uc.write_shim_bd(npu.shim_bd(col, shim_in, write), npu.Bd(0, words), first_argument + 2 * i + 1)
        uc.write([(npu.shim_s2mm_queue(col, shim_in), [npu.queue_word(write)]),
                  *tasks(npu.mem_mm2s_queue(col, mem_out)), *tasks(npu.mem_s2mm_queue(col, mem_in)),
                  (npu.shim_mm2s_queue(col, shim_out), [npu.queue_word(read)])])
        uc.end_job().end_page()
    if not wait:
        return
    uc.job()
    for _, _, _, shim_in in ways:
        uc.poll_idle(npu.shim_s2mm_status(col, shim_in))
    uc.end_job()
