# SPDX-License-Identifier: Apache-2.0
"""A reader of Perfetto's trace format: tracks by path, slices, instants and counters. Of the format it knows what the
public .proto files say, and nothing of who wrote the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message."""
    at = 0

    def varint() -> int:
        nonlocal at
        result = shift = 0
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return result

    while at < len(data):
        key = varint()
        match key & 7:
            case 0:
                yield key >> 3, varint()
            case 1:
                yield key >> 3, int.from_bytes(data[at:at + 8], "little")
                at += 8
            case 2:
                size = varint()
                if at + size > len(data):
                    raise ValueError("truncated")
                yield key >> 3, data[at:at + size]
                at += size
            case wire:
                raise ValueError(f"wire type {wire}")


@dataclass
class Slice:
    path: str
    name: str
    begin: int
    end: int
    flow: int = 0


@dataclass
class Trace:
    slices: list[Slice] = field(default_factory=list)
    instants: list[Slice] = field(default_factory=list)
    counters: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def of(self, path: str) -> list[Slice]:
        return [one for one in self.slices if one.path == path]


BOOTTIME = 6


@dataclass
class Sequence:
    """What packets of one sequence have in common."""

    names: dict[int, str] = field(default_factory=dict)
    incremental: dict[int, int] = field(default_factory=dict)
    clock: int = BOOTTIME
    track: int | None = None

    def time(self, packet: dict[int, int | bytes]) -> int:
        clock = packet.get(58, self.clock)
        if clock in self.incremental:
            self.incremental[clock] += packet[8]
            return self.incremental[clock]
        if clock != BOOTTIME:
            raise ValueError(f"clock {clock}")
        return packet[8]


def read(data: bytes) -> Trace:
    """Raises ValueError or KeyError for what a viewer would not show as it was meant."""
    tracks: dict[int, str] = {}
    sequences: dict[int, Sequence] = {}
    events = []
    for number, packet in fields(data):
        if number != 1:
            raise ValueError("not a packet")
        content = dict(fields(packet))
        if content.get(13, 0) & 1:
            sequences[content[10]] = Sequence()
        sequence = sequences[content[10]]
        if 6 in content:
            for _, entry in fields(content[6]):
                clock = dict(fields(entry))
                if clock.get(3):
                    sequence.incremental[clock[1]] = clock.get(2, 0)
        if 59 in content:
            defaults = dict(fields(content[59]))
            sequence.clock = defaults.get(58, BOOTTIME)
            sequence.track = dict(fields(defaults[11])).get(11) if 11 in defaults else None
        if 12 in content:
            for _, entry in fields(content[12]):
                told = dict(fields(entry))
                sequence.names[told[1]] = told[2].decode()
        if 60 in content:
            track = dict(fields(content[60]))
            name = track[2].decode()
            tracks[track[1]] = f"{tracks[track[5]]}/{name}" if 5 in track else name
        if 11 in content:
            event = dict(fields(content[11]))
            track = event.get(11, sequence.track)
            events.append((sequence.time(content), tracks[track], track, event[9], sequence.names.get(event.get(10)),
                           event.get(47, 0), event.get(30, 0)))
    trace = Trace()
    open_slices: dict[int, list[Slice]] = {}
    for time, path, track, kind, name, flow, value in sorted(events, key=lambda event: event[0]):
        stack = open_slices.setdefault(track, [])
        match kind:
            case 1:
                stack.append(Slice(path, name, time, time, flow))
            case 2:
                stack[-1].end = time
                trace.slices.append(stack.pop())
            case 3:
                trace.instants.append(Slice(path, name, time, time, flow))
            case 4:
                trace.counters.setdefault(path, []).append((time, value))
    if any(open_slices.values()):
        raise ValueError("slices without an end")
    return trace
