# SPDX-License-Identifier: Apache-2.0
"""Builds AIE4 control code as assembly text for aiebu-asm.

The offsets and field positions here are written from the hardware description and share nothing with the simulator's
tables, so that a program that moves the right bytes says something about both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

MASK32 = 0xFFFFFFFF
HALF_B = 0x40000
ENABLE = 1 << 31
PACKET = 1 << 30
# Stalls, running and queue length of a DMA status register.
IDLE_MASK = 0x01F8003C


def column(index: int) -> int:
    return index << 25


def mem(index: int) -> int:
    """Window of the memory tile of a column."""
    return column(index) | 0x100000


def compute(index: int, row: int) -> int:
    """Window of a compute tile; `row` is logical, 2 to 5."""
    return column(index) | (row + 4) << 20


# --- stream switch: (tile offset, physical id) -----------------------------------------------------------------------

def split(table: dict, name: str, index: int, per_half: int) -> int:
    """Offset of a port that half A has `per_half` of; half B's come after."""
    return table[name] + 4 * (index % per_half) + (HALF_B if index >= per_half else 0)


SHIM_MANAGER = {"dma": 0x8000, "west": 0x8018, "north": 0x8020, "east": 0x802C, "north_control": 0x8034,
                "tile_ctrl": 0x8038}
SHIM_SUBORDINATE = {"dma": 0x8040, "west": 0x805C, "north": 0x8064, "east": 0x806C, "dma_control": 0x8074}
MEM_MANAGER = {"dma": 0x20000, "south": 0x20014, "north": 0x20020, "north_control": 0x20030, "tile_ctrl": 0x20034}
MEM_SUBORDINATE = {"dma": 0x20040, "south": 0x2005C, "north": 0x2006C, "south_control": 0x20078}
# Ids of inputs, as a manager's Configuration names them.
SHIM_INPUT_ID = {("dma", 0): 0, ("dma", 1): 1, ("dma", 2): 2, ("dma", 3): 3, ("north", 0): 18, ("north", 1): 19,
                 ("north", 2): 20, ("north", 3): 21, ("west", 0): 14, ("west", 1): 15}
MEM_INPUT_ID = {("south", 0): 14, ("south", 1): 15, ("south", 2): 18, ("south", 3): 19,
                ("north", 0): 22, ("north", 1): 23, ("north", 2): 25, ("north", 3): 26}
# MM2S 0..4 of half A are ids 0..4, one unexposed slot follows, MM2S 5..9 of half B are ids 6..10.
MEM_INPUT_ID |= {("dma", i): i + (i >= 5) for i in range(10)}


def shim_s2mm_manager(channel: int) -> int:
    return SHIM_MANAGER["dma"] + (HALF_B if channel else 0)


# --- buffer descriptors ----------------------------------------------------------------------------------------------

@dataclass
class Bd:
    """A buffer descriptor in words. `wraps` and `steps` start with dimension 0 and 1."""
    base: int = 0
    length: int = 0
    steps: tuple = (1, 1, 1)
    wraps: tuple = (0, 0, 0)
    iteration: tuple = (1, 1, 0)  # step, wrap (executions before it starts again), current
    next: int | None = None
    acquire: tuple | None = None  # lock, value
    release: tuple | None = None  # lock, value
    pads: tuple = ((0, 0), (0, 0), (0, 0))
    packet: int | None = None
    out_of_order: int = 0
    tlast_suppress: bool = False

    def mem_words(self) -> list[int]:
        acquire, release = self.acquire or (0, 0), self.release or (0, 0)
        step, wrap, current = self.iteration
        w = [0] * 11
        w[0] = self.base & 0xFFFFFF
        w[1] = (acquire[1] & 0x7F) << 25 | self.length
        w[2] = acquire[0] << 20 | (release[1] & 0x7F) << 11 | release[0] << 1 | (self.acquire is not None)
        w[3], w[4], w[5] = (s & 0x7FFFFF for s in self.steps)
        w[6] = self.tlast_suppress << 31 | step
        w[7] = ((self.packet is not None) << 31 | (self.packet or 0) << 24 | self.pads[0][1] << 16 |
                self.pads[0][0] << 8 | current)
        w[8] = self.pads[2][1] << 24 | self.pads[2][0] << 16 | self.pads[1][1] << 8 | self.pads[1][0]
        w[9] = self.wraps[1] << 19 | self.wraps[0] << 5 | self.out_of_order
        w[10] = (self.next or 0) << 27 | (self.next is not None) << 26 | self.wraps[2] << 14 | (wrap - 1)
        return w

    def shim_words(self) -> list[int]:
        acquire, release = self.acquire or (0, 0), self.release or (0, 0)
        step, wrap, current = self.iteration
        w = [0] * 9
        address = self.base * 4
        w[0] = address >> 32 & 0x1FFFFFF
        w[1] = address & MASK32
        w[2] = self.length
        w[3] = acquire[0] << 27 | (self.acquire is not None) << 26 | 3 << 24 | self.wraps[1] << 12 | self.wraps[2]
        w[4] = (self.wraps[0] << 20 | (release[1] & 0x7F) << 13 | release[0] << 8 | (acquire[1] & 0x7F) << 1)
        w[5] = ((self.packet is not None) << 31 | (self.next or 0) << 27 | (self.next is not None) << 26 |
                self.steps[0] & 0x3FFFFF)
        w[6] = self.tlast_suppress << 30 | current << 24 | self.steps[1] & 0x3FFFFF
        w[7] = 2 << 28 | (wrap - 1) << 22 | step
        w[8] = (self.steps[2] & 0x3FFFFF) << 10 | self.out_of_order << 5 | (self.packet or 0)
        return w

    def compute_words(self) -> list[int]:
        acquire, release = self.acquire or (0, 0), self.release or (0, 0)
        step, wrap, current = self.iteration
        w = [0] * 6
        w[0] = self.base << 16 | self.length
        w[1] = ((self.packet is not None) << 30 | self.out_of_order << 24 | (self.packet or 0) << 19)
        w[2] = (self.steps[0] & 0x7FFF) << 16
        w[3] = current << 24 | self.wraps[0] << 15 | self.steps[1] & 0x7FFF
        w[4] = self.wraps[1] << 21 | (wrap - 1) << 15 | step
        w[5] = (self.tlast_suppress << 31 | (self.next or 0) << 27 | (self.next is not None) << 26 |
                (release[1] & 0x7F) << 18 | release[0] << 13 | (self.acquire is not None) << 12 |
                (acquire[1] & 0x7F) << 5 | acquire[0])
        return w


def mem_lock(index: int) -> int:
    """A lock of the own memory tile as its descriptors name it."""
    return 448 + index


OWN_MEMORY = 0x800000  # Word address of the own memory tile in its descriptors.


def queue_word(bd: int, repeat: int = 1, token: bool = False) -> int:
    return token << 31 | (repeat - 1) << 16 | bd


# --- registers of DMA channels, as offsets in the array --------------------------------------------------------------

def shim_bd(col: int, half: int, bd: int) -> int:
    return column(col) | 0x18000 + 0x30 * (bd & 15) + half * HALF_B


def shim_s2mm_queue(col: int, channel: int) -> int:
    return column(col) | 0x18544 + channel * HALF_B


def shim_s2mm_status(col: int, channel: int) -> int:
    return column(col) | 0x18570 + channel * HALF_B


def shim_mm2s_queue(col: int, channel: int) -> int:
    return column(col) | 0x18554 + 8 * (channel & 1) + (channel >> 1) * HALF_B


def mem_s2mm_bd(col: int, channel: int, bd: int) -> int:
    return mem(col) + 0x8000 + 0x300 * (channel & 3) + 0x30 * bd + (channel >> 2) * HALF_B


def mem_mm2s_bd(col: int, channel: int, bd: int) -> int:
    return mem(col) + 0x8C00 + 0x300 * (channel % 5) + 0x30 * bd + (channel // 5) * HALF_B


def mem_s2mm_queue(col: int, channel: int) -> int:
    return mem(col) + 0x9E04 + 8 * (channel & 3) + (channel >> 2) * HALF_B


def mem_mm2s_queue(col: int, channel: int) -> int:
    return mem(col) + 0x9E64 + 8 * (channel % 5) + (channel // 5) * HALF_B


def mem_s2mm_status(col: int, channel: int) -> int:
    return mem(col) + 0x9ED0 + 4 * (channel & 3) + (channel >> 2) * HALF_B


def mem_mm2s_status(col: int, channel: int) -> int:
    return mem(col) + 0x9F00 + 4 * (channel % 5) + (channel // 5) * HALF_B


def mem_lock_register(col: int, lock: int) -> int:
    return mem(col) + 0x10000 + 16 * (lock % 32) + (lock // 32) * HALF_B


def mem_pad_value(col: int, channel: int) -> int:
    return mem(col) + 0x9F70 + 4 * (channel % 5) + (channel // 5) * HALF_B


def mem_data(col: int) -> int:
    return mem(col) + 0x100000


def shim_route_up(col: int, channel: int, north: int) -> list[tuple[int, list[int]]]:
    """shim MM2S -> North."""
    base = column(col)
    return [(base | split(SHIM_MANAGER, "north", north, 2), [ENABLE | SHIM_INPUT_ID["dma", channel]]),
            (base | split(SHIM_SUBORDINATE, "dma", channel, 2), [ENABLE])]


def shim_route_down(col: int, channel: int, north: int) -> list[tuple[int, list[int]]]:
    """North -> shim S2MM."""
    base = column(col)
    return [(base | shim_s2mm_manager(channel), [ENABLE | SHIM_INPUT_ID["north", north]]),
            (base | split(SHIM_SUBORDINATE, "north", north, 2), [ENABLE])]


def mem_route_in(col: int, channel: int, south: int) -> list[tuple[int, list[int]]]:
    """South -> memory S2MM."""
    return [(mem(col) + split(MEM_MANAGER, "dma", channel, 4), [ENABLE | MEM_INPUT_ID["south", south]]),
            (mem(col) + split(MEM_SUBORDINATE, "south", south, 2), [ENABLE])]


def mem_route_out(col: int, channel: int, south: int) -> list[tuple[int, list[int]]]:
    """Memory MM2S -> South."""
    return [(mem(col) + split(MEM_MANAGER, "south", south, 2), [ENABLE | MEM_INPUT_ID["dma", channel]]),
            (mem(col) + split(MEM_SUBORDINATE, "dma", channel, 5), [ENABLE])]


# --- compute tiles: ports of half A, whose registers follow each other by id -----------------------------------------

COMPUTE_MANAGER_ID = {"dma": 2, "south": 6, "north": 16, "north_control": 28, "tile_ctrl": 30}
COMPUTE_INPUT_ID = {"dma": 1, "south": 5, "north": 17, "south_control": 27}


def compute_route(col: int, row: int, source: tuple[str, int], target: tuple[str, int]) -> list[tuple[int, list[int]]]:
    """A circuit between ports 0 or 1 of groups."""
    tile = compute(col, row)
    number = COMPUTE_INPUT_ID[source[0]] + source[1]
    return [(tile + 0xB4000 + 4 * (COMPUTE_MANAGER_ID[target[0]] + target[1]), [ENABLE | number]),
            (tile + 0xB4100 + 4 * number, [ENABLE])]


def compute_bd(col: int, row: int, bd: int) -> int:
    return compute(col, row) + 0xAC000 + 0x20 * bd


def compute_s2mm_queue(col: int, row: int, channel: int) -> int:
    return compute(col, row) + 0xACE04 + 8 * channel


def compute_mm2s_queue(col: int, row: int) -> int:
    return compute(col, row) + 0xACE14


def compute_s2mm_status(col: int, row: int, channel: int) -> int:
    return compute(col, row) + 0xACF00 + 4 * channel


def compute_lock_register(col: int, row: int, lock: int) -> int:
    return compute(col, row) + 0xAE000 + 16 * lock


def program_memory(col: int, row: int) -> int:
    return compute(col, row) + 0x80000


def core_control(col: int, row: int) -> int:
    return compute(col, row) + 0xA3000


def core_status(col: int, row: int) -> int:
    return compute(col, row) + 0xA3004


# --- control code ----------------------------------------------------------------------------------------------------

@dataclass
class Uc:
    """Control code of one microcontroller: jobs in order, each with the data that it refers to, a page at a time."""
    index: int
    prefix: str = ""  # Of labels.
    jobs: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    _job: list[str] | None = None
    _labels: int = 0
    _job_ids: int = 0

    def job(self) -> "Uc":
        self._job = [f"START_JOB {self._job_ids}"]
        self._job_ids += 1
        return self

    def op(self, line: str) -> "Uc":
        self._job.append("  " + line)
        return self

    def end_job(self) -> "Uc":
        self.jobs += [*self._job, "END_JOB"]
        self._job = None
        return self

    def end_page(self) -> "Uc":
        self.jobs.append(".eop")
        return self

    def _label(self, prefix: str) -> str:
        self._labels += 1
        return f"uc{self.index}_{self.prefix}{prefix}{self._labels}"

    def words(self, words: list[int]) -> str:
        """A block of data; its label."""
        label = self._label("data")
        self.data += [f"{label}:", *(f"  .long {word & MASK32:#x}" for word in words)]
        return label

    def chain(self, writes: list[tuple[int, list[int]]], labels: list[str] | None = None) -> str:
        """Descriptors that write each list of words to its address, in order; the label of the first."""
        blocks = labels or [None] * len(writes)
        names = [block or self.words(words) for block, (_, words) in zip(blocks, writes)]
        label = self._label("chain")
        lines = [f"{label}:"]
        for i, (name, (address, words)) in enumerate(zip(names, writes)):
            lines.append(f"  UC_DMA_BD 0, {address:#010x}, @{name}, {len(words)}, 0, {int(i + 1 < len(writes))}")
        self.chains += lines
        return label

    def write(self, writes: list[tuple[int, list[int]]]) -> "Uc":
        """Writes registers or memories by uC DMA and waits for it."""
        return self.op(f"UC_DMA_WRITE_DES_SYNC @{self.chain(writes)}")

    def write_shim_bd(self, address: int, bd: Bd, argument: int | None) -> "Uc":
        """Writes a shim descriptor whose base is the offset into an argument."""
        words = bd.shim_words()
        label = self.words(words)
        if argument is not None:
            self.op(f"APPLY_OFFSET_57 @{label}, 1, {argument}")
        return self.op(f"UC_DMA_WRITE_DES_SYNC @{self.chain([(address, words)], [label])}")

    def scope(self, name: str, lines: list[str]) -> str:
        """A page sequence of its own, reached by its label only; the label. A page ends before it."""
        label = f"uc{self.index}_{name}"
        self.scopes += [f"{label}:", *lines, "EOF", f".endl {label}"]
        return label

    def sequence(self, name: str, build: Callable[["Uc"], object]) -> str:
        """A scope of what `build` adds to a microcontroller, with the data that it refers to."""
        inner = Uc(self.index, prefix=f"{name}_")
        build(inner)
        label = f"uc{self.index}_{name}"
        self.scopes += [f"{label}:", *inner.jobs, "EOF", ".align 16", *inner.chains, ".align 4", *inner.data,
                        f".endl {label}"]
        return label

    def preempt(self, number: int, chunks: int) -> "Uc":
        """PREEMPT whose save and restore programs, for the first `chunks` of 64 KiB, are the assembler's own."""
        bits = (1 << chunks) - 1
        hint = self.words([bits >> 32 * i & MASK32 for i in range(5)])
        return self.op(f"PREEMPT {number}, @save, @restore, @{hint}")

    def poll_idle(self, status: int) -> "Uc":
        return self.op(f"MASK_POLL_32 {status:#010x}, {IDLE_MASK:#x}, 0")

    def text(self) -> str:
        return "\n".join([f".attach_to_group {self.index}", *self.jobs, *self.scopes, "EOF", ".align 16", *self.chains, ".align 4",
                          *self.data, ""])


@dataclass
class Program:
    columns: int
    ucs: list[Uc] = field(default_factory=list)

    def uc(self, index: int) -> Uc:
        self.ucs.append(Uc(index))
        return self.ucs[-1]

    def text(self) -> str:
        return "\n".join([".target aie4", f".partition {self.columns}column", *(uc.text() for uc in self.ucs)])
