# SPDX-License-Identifier: Apache-2.0
"""The register data of npu3/, read and checked.

One file a module, one family of registers a line:
  offset   of the first register of half A in the tile's window; half B lies at +0x40000
  name     as the hardware spells it; {x} stands for an index, {h} for the half (a or b)
  dims     "x:COUNT*STRIDE[+FIRST]": indices FIRST.., or "x*STRIDE: LABEL ...": named indices, "A|B" where the halves
           differ, "-" where there is no register
  b        there is a half-B copy; what is added to which index to get its name
  fields   "Name[msb:lsb] [confidence]"; with "by", for each value of that index; no fields: layout not published
  access   rw if absent; w1c and w1s: write 1 to clear, to set; "ro pops", "ro acts": reads have effects
  size     bytes of one element if it is not a register but a window; memory, privileged, selfclear: flags
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent / "npu3"
HALF_B = 0x40000
TILES = {
    "shim": ("Shim", ["noc", "pl", "uc"]),
    "memory": ("Memory", ["mem_tile"]),
    "compute": ("Compute", ["core", "core_internal", "memory"]),
}
ACCESS = {
    "rw": "ReadWrite",
    "ro": "ReadOnly",
    "wo": "WriteOnly",
    "w1c": "WriteOneToClear",
    "w1s": "WriteOneToSet",
    "ro pops": "ReadPops",
    "ro acts": "ReadActs",
}
CONFIDENCE = {
    "": "Listed",
    "confirmed": "Confirmed",
    "executed": "Executed",
    "derived": "Derived",
    "AIE2PS": "AssumedFromAie2ps",
    "unknown": "PositionUnknown",
}
GROUPS = {
    "aie_core": "AieCore", "dma": "Dma", "dma_trace": "DmaTrace", "dma_control": "DmaControl", "fifo": "Fifo",
    "pl": "Pl", "south": "South", "west": "West", "north": "North", "east": "East", "north_control": "NorthControl",
    "south_control": "SouthControl", "tile_ctrl": "TileControl", "32b_switch": "Switch32b", "512b_switch": "Switch512b",
    "trace": "Trace", "aie_trace": "AieTrace", "mem_trace": "MemTrace", "ucontroller": "Microcontroller",
}  # fmt: skip
# Names of ports in the tables of legal routes.
ROUTE_GROUPS = {
    "C": "AieCore", "S2M": "Dma", "M2S": "Dma", "TS2M": "DmaTrace", "M2SC": "DmaControl", "S": "South", "W": "West",
    "N": "North", "E": "East", "NC": "NorthControl", "SC": "SouthControl", "TC": "TileControl", "32b": "Switch32b",
}  # fmt: skip


def fail(message):
    sys.exit(f"register data: {message}")


class Field:
    def __init__(self, text, index):
        match = re.fullmatch(r"(\w+)\[(\d+)(?::(\d+))?\](?: (\w+))?", text)
        if not match or (match[4] or "") not in CONFIDENCE:
            fail(f"not a field: {text}")
        self.name, msb = match[1], int(match[2])
        self.lsb = int(match[3]) if match[3] else msb
        self.width = msb - self.lsb + 1
        self.confidence = match[4] or ""
        self.index = index
        if not 0 <= self.lsb <= msb < 32:
            fail(f"bits out of order or range: {text}")


class Dimension:
    def __init__(self, text, deltas):
        match = re.fullmatch(r"(\w+):(\d+)\*(0x[0-9A-F]+)(?:\+(\d+))?", text)
        self.labels = [[], []]
        if match:
            self.index, self.count, self.stride = match[1], int(match[2]), int(match[3], 16)
            self.first = int(match[4] or 0)
            self.b_delta = deltas.get(self.index, 0)
            return
        match = re.fullmatch(r"(\w+)\*(0x[0-9A-F]+): (.+)", text)
        if not match:
            fail(f"not a dimension: {text}")
        self.index, self.stride, self.first, self.b_delta = match[1], int(match[2], 16), 0, 0
        for label in match[3].split():
            a, _, b = label.partition("|")
            self.labels[0].append(a)
            self.labels[1].append(b or a)
        self.count = len(self.labels[0])

    def present(self, half, value):
        return not self.labels[half] or self.labels[half][value] != "-"

    def text(self, half, value):
        return self.labels[half][value] if self.labels[half] else str(self.first + value + half * self.b_delta)


class Family:
    def __init__(self, module_name, data):
        self.module = module_name
        self.name = data["name"]
        self.id = data.get("id") or re.sub(r"_+", "_", re.sub(r"\{\w+\}", "", self.name)).strip("_")
        self.offset = int(data["offset"], 16)
        self.size = int(data.get("size", "0x4"), 16)
        self.has_b = "b" in data
        self.dims = [Dimension(text, data.get("b", {})) for text in data.get("dims", [])]
        self.access = data.get("access", "rw")
        self.memory, self.privileged, self.self_clearing = (
            data.get(flag, False) for flag in ("memory", "privileged", "selfclear")
        )
        self.note = data.get("note", "")
        self.fields, self.by = [], -1
        fields = data.get("fields", [])
        if isinstance(fields, list):
            self.fields = [Field(text, 0) for text in fields]
        else:
            self.by = [dim.index for dim in self.dims].index(data["by"])
            dim = self.dims[self.by]
            for key, texts in fields.items():
                index = dim.labels[0].index(key) if dim.labels[0] else int(key) - dim.first
                self.fields += [Field(text, index) for text in texts]
        unknown = set(data) - {"name", "id", "offset", "size", "b", "dims", "access", "memory", "privileged",
                               "selfclear", "note", "fields", "by"}  # fmt: skip
        if unknown or len(self.dims) > 4 or self.access not in ACCESS:
            fail(f"{self.name}: unknown key, access, or too many dimensions")

    def elements(self):
        """(offset, half, linear index, indices) of every register."""
        total = 1
        for dim in self.dims:
            total *= dim.count
        for half in range(2 if self.has_b else 1):
            for linear in range(total):
                rest, indices, offset = linear, [], self.offset + half * HALF_B
                for dim in reversed(self.dims):
                    rest, value = divmod(rest, dim.count)
                    indices.insert(0, value)
                    offset += value * dim.stride
                if all(dim.present(half, value) for dim, value in zip(self.dims, indices)):
                    yield offset, half, linear, indices


def module(name):
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def load():
    tiles = {}
    for tile, (_, modules) in TILES.items():
        families = []
        for name in modules:
            content = module(name)
            families += [Family(content["module"], family) for family in content["families"]]
        families.sort(key=lambda family: family.offset)
        ids = [family.id for family in families]
        if len(set(ids)) != len(ids):
            fail(f"{tile}: {[one for one in ids if ids.count(one) > 1]} name several families")
        end = 0
        for offset, size, name in sorted((e[0], f.size, f.name) for f in families for e in f.elements()):
            if offset < end:
                fail(f"{tile}: {name} at {offset:#x} overlaps its predecessor")
            end = offset + size
        tiles[tile] = families
    return tiles


class Port:
    def __init__(self, text, physical):
        self.exposed = not text.endswith("!")
        self.name, _, group = text.rstrip("!").partition("=")
        stem, _, number = self.name.rpartition("_")
        self.group = GROUPS[group or stem]
        self.lettered = not number.isdigit()
        self.physical = physical
        self.half = self.slot = self.index = 255


def load_ports(tiles):
    streams = json.loads((HERE / "streams.json").read_text(encoding="utf-8"))
    result = {}
    for tile in TILES:
        for narrow, switch in enumerate(("512b", "32b")):
            for subordinate, direction in enumerate(("manager", "subordinate")):
                ports = [Port(text, i) for i, text in enumerate(streams[tile][f"{switch} {direction}"].split())]
                for group in GROUPS.values():
                    members = [port for port in ports if port.group == group]
                    shown = [port for port in members if port.exposed]
                    for index, port in enumerate(shown or [port for port in members if not port.lettered]):
                        port.index = index
                family = f"stream_switch{'_32b' if narrow else ''}_{direction}_config"
                dim = next(family_.dims[0] for family_ in tiles[tile] if family_.id == family)
                for port in ports:
                    for half in (1, 0):
                        if port.name in dim.labels[half]:
                            port.half, port.slot = half, dim.labels[half].index(port.name)
                    if port.slot == 255:
                        fail(f"{tile} {switch} {direction}: {port.name} has no register")
                result[tile, narrow, subordinate] = ports
    return streams, result


def route_masks(table, managers, subordinates, half=None):
    """For each subordinate's physical id, the physical ids of the managers that it may drive, as a mask."""

    def find(ports, label):
        group, index = re.fullmatch(r"(32b|[A-Z0-9]*?[A-Z])(\d*)", label).groups()
        members = [port for port in ports if port.group == ROUTE_GROUPS[group] and port.exposed]
        members = [port for port in members if half is None or port.half == half]
        return members[int(index or 0)].physical if int(index or 0) < len(members) else None

    masks = [0] * len(subordinates)
    order = [find(managers, label) for label in table["managers"].split()]
    for label, bits in table["subordinates"].items():
        legal = [order[i] for i, bit in enumerate(bits) if bit == "1" and order[i] is not None]
        masks[find(subordinates, label)] |= sum(1 << physical for physical in legal)
    return masks


def half_route_masks(table, managers, subordinates):
    """The same with two applications; tiles without halves belong to one of them."""
    halves = {port.half for port in managers}
    masks = [route_masks(table, managers, subordinates, half) for half in sorted(halves)]
    return [a | b for a, b in zip(masks[0], masks[-1])]


def load_events():
    return json.loads((HERE / "events.json").read_text(encoding="utf-8"))
