# SPDX-License-Identifier: Apache-2.0
"""Chained networks: what layers hand on, against plain arithmetic that knows only the input, the weights and the layers."""

import hashlib
import math
import struct
import unittest
from pathlib import Path

from workload import WorkloadCase

Image = list[list[list[int]]]
Rows = list[list[float]]

CONV1 = {"name": "first", "op": "conv", "height": 6, "width": 7, "channels": 5, "out_channels": 8, "window": 3, "padding": 1,
         "relu": True, "shift": 9, "inputs": ["input"]}
CONV2 = {"name": "second", "op": "conv", "height": 6, "width": 7, "channels": 8, "out_channels": 8, "shift": 9}
ADD = {"name": "sum", "op": "eltwise", "kind": "add", "elements": 6 * 7 * 8, "dtype": "i8", "relu": True, "shift": 1,
       "inputs": ["second", "first"]}
POOL = {"name": "pool", "op": "pool", "height": 6, "width": 7, "channels": 8, "window": 3, "stride": 2, "padding": 1}
GEMM = {"name": "last", "op": "gemm", "m": 1, "k": 3 * 4 * 8, "n": 10, "shift": 9}


def whole(data: bytes) -> list[int]:
    return list(struct.unpack(f"{len(data)}b", data))


def floats(data: bytes) -> list[float]:
    return [struct.unpack("<f", b"\0\0" + data[i:i + 2])[0] for i in range(0, len(data), 2)]


def rounded(value: float) -> float:
    """The nearest bf16."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return struct.unpack("<f", struct.pack("<I", (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000))[0]


def narrow(value: int, shift: int, relu: bool = False) -> int:
    """Python's division and rounding to even are the definition."""
    value = max(value, 0) if relu else value
    quotient, rest = divmod(value, 1 << shift)
    if 2 * rest > 1 << shift or (2 * rest == 1 << shift and quotient % 2):
        quotient += 1
    return min(127, max(-128, quotient))


def convolve(image: Image, weights: list[int], layer: dict) -> Image:
    """Weights are out_channels x rows of the window x (pixels of whole words, and what fills the piece up)."""
    window, padding, stride = layer.get("window", 1), layer.get("padding", 0), layer.get("stride", 1)
    row_bytes = len(weights) // layer["out_channels"]
    pitch = (layer["channels"] + 3) // 4 * 4
    result = []
    for y in range(0, layer["height"] + 2 * padding - window + 1, stride):
        line = []
        for x in range(0, layer["width"] + 2 * padding - window + 1, stride):
            pixel = []
            for out in range(layer["out_channels"]):
                total = 0
                for dy in range(window):
                    for dx in range(window):
                        row, column = y + dy - padding, x + dx - padding
                        if not (0 <= row < layer["height"] and 0 <= column < layer["width"]):
                            continue
                        at = out * row_bytes + dy * (row_bytes // window) + dx * pitch
                        total += sum(image[row][column][c] * weights[at + c] for c in range(layer["channels"]))
                pixel.append(narrow(total, layer["shift"], layer.get("relu", False)))
            line.append(pixel)
        result.append(line)
    return result


def pooled(image: Image) -> Image:
    """Windows of 3, 2 apart, 1 around the image."""
    height, width, channels = len(image), len(image[0]), len(image[0][0])
    return [[[max(image[row][column][c] for row in range(max(0, y - 1), min(height, y + 2))
                  for column in range(max(0, x - 1), min(width, x + 2)))
              for c in range(channels)] for x in range(0, width, 2)] for y in range(0, height, 2)]


def product(a: Rows, b: Rows) -> Rows:
    """b by columns of the result."""
    return [[rounded(math.fsum(x * y for x, y in zip(row, column))) for column in b] for row in a]


class Chain(WorkloadCase):
    def emitted(self, layers: list[dict], *options: str) -> tuple[dict, Path]:
        folder = self.folder / "emitted"
        return self.report("net", self.network(layers), "--check", "--emit", folder, *options), folder

    def matrix(self, path: Path, rows: int, columns: int) -> Rows:
        values = floats(path.read_bytes())
        pitch = (columns + 1) // 2 * 2
        return [values[row * pitch:row * pitch + columns] for row in range(rows)]

    def test_a_residual_network_makes_what_plain_arithmetic_makes(self) -> None:
        report, folder = self.emitted([CONV1, CONV2, ADD, POOL, GEMM])
        self.assertTrue(all(layer["check"]["ok"] for layer in report["layers"]))
        # With padding of one pixel around it, and pixels of 8 bytes.
        data = whole((folder / "000/a.bin").read_bytes())
        image = [[data[((y + 1) * 9 + x + 1) * 8:][:5] for x in range(7)] for y in range(6)]
        first = convolve(image, whole((folder / "000/b.bin").read_bytes()), CONV1)
        second = convolve(first, whole((folder / "001/b.bin").read_bytes()), CONV2)
        total = [[[narrow(p + q, 1, relu=True) for p, q in zip(a, b)] for a, b in zip(line, other)]
                 for line, other in zip(first, second)]
        flat = [value for line in pooled(total) for pixel in line for value in pixel]
        self.assertEqual(len(flat), GEMM["k"])
        self.assertGreater(len(set(flat)), 20, "hardly anything is left to compare")
        weights = whole((folder / "004/b.bin").read_bytes())
        expected = [narrow(sum(x * w for x, w in zip(flat, weights[n * GEMM["k"]:])), GEMM["shift"]) for n in range(10)]
        self.assertEqual(whole((folder / "output.bin").read_bytes()), expected)
        self.assertGreater(len(set(expected)), 5)
        self.assertEqual(report["output"]["sha256"], hashlib.sha256((folder / "output.bin").read_bytes()).hexdigest())
        self.assertEqual((report["output"]["shape"], report["output"]["dtype"]), ([1, 10], "i8"))
        self.assertEqual(report["degenerate"], [])

    def test_windows_need_not_reach_the_last_rows(self) -> None:
        first = {"name": "first", "op": "conv", "height": 8, "width": 8, "channels": 4, "out_channels": 256, "shift": 8,
                 "inputs": ["input"]}
        second = {"name": "second", "op": "conv", "height": 8, "width": 8, "channels": 256, "out_channels": 8, "stride": 2,
                  "shift": 11}
        pool = {"op": "pool", "height": 4, "width": 4, "channels": 8, "window": 1, "stride": 3}
        _, folder = self.emitted([first, second, pool])
        data = whole((folder / "000/a.bin").read_bytes())
        image = [[data[(y * 8 + x) * 4:][:4] for x in range(8)] for y in range(8)]
        made = convolve(image, whole((folder / "000/b.bin").read_bytes()), first)
        made = convolve(made, whole((folder / "001/b.bin").read_bytes()), second)
        expected = [value for y in (0, 3) for x in (0, 3) for value in made[y][x]]
        self.assertEqual(whole((folder / "output.bin").read_bytes()), expected)

    def test_attention_shares_heads_and_has_a_cache(self) -> None:
        heads, shared, queries, keys, dim, width = 4, 2, 3, 6, 8, 24
        layers = [{"name": "q", "op": "gemm", "m": queries, "k": width, "n": heads * dim, "dtype": "bf16", "inputs": ["input"]},
                  {"name": "kv", "op": "gemm", "m": queries, "k": width, "n": 2 * shared * dim, "dtype": "bf16",
                   "inputs": ["input"]},
                  {"op": "attention", "heads": heads, "kv_heads": shared, "queries": queries, "keys": keys, "head_dim": dim,
                   "dtype": "bf16", "inputs": ["q", "kv"]},
                  {"op": "mlp", "rows": queries, "width": heads * dim, "hidden": 16, "gated": True, "dtype": "bf16"}]
        report, folder = self.emitted(layers)
        self.assertEqual([layer["name"] for layer in report["layers"]],
                         ["q", "kv", "attention.scores", "attention.softmax", "attention.context", "mlp.up", "mlp.silu",
                          "mlp.gate", "mlp.down"])
        self.assertEqual([layer["count"] for layer in report["layers"]], [1, 1, 4, 1, 4, 2, 1, 1, 1])
        self.assertTrue(all(layer["check"]["ok"] for layer in report["layers"]))
        given = self.matrix(folder / "000/a.bin", queries, width)
        q = product(given, self.matrix(folder / "000/b.bin", heads * dim, width))
        kv = product(given, self.matrix(folder / "001/b.bin", 2 * shared * dim, width))
        context: Rows = [[] for _ in range(queries)]
        for head in range(heads):
            at = head // (heads // shared) * dim
            # Only what was there before comes from the run.
            before = self.matrix(folder / f"002/b.{head:03}.bin", keys, dim)[:keys - queries]
            k = before + [row[at:at + dim] for row in kv]
            before = self.matrix(folder / f"004/b.{head:03}.bin", keys, dim)[:keys - queries]
            v = before + [row[shared * dim + at:shared * dim + at + dim] for row in kv]
            for i, row in enumerate(product([row[head * dim:(head + 1) * dim] for row in q], k)):
                weights = [math.exp(score / math.sqrt(dim)) for score in row]
                weights = [rounded(weight / sum(weights)) for weight in weights]
                context[i] += product([weights], [list(column) for column in zip(*v)])[0]
        up = product(context, self.matrix(folder / "005/b.000.bin", 16, heads * dim))
        gate = product(context, self.matrix(folder / "005/b.001.bin", 16, heads * dim))
        hidden = [[rounded(u * rounded(g / (1 + math.exp(-g)))) for u, g in zip(*rows)] for rows in zip(up, gate)]
        expected = product(hidden, self.matrix(folder / "008/b.bin", heads * dim, 16))
        came = floats((folder / "output.bin").read_bytes())
        largest = max(abs(value) for row in expected for value in row)
        for value, wanted in zip(came, [value for row in expected for value in row], strict=True):
            self.assertAlmostEqual(value, wanted, delta=largest / 32)
        self.assertEqual(report["degenerate"], [])

    def test_a_block_is_repeated_with_weights_of_its_own(self) -> None:
        block = {"name": "block", "op": "repeat", "times": 3, "layers": [
            {"name": "up", "op": "gemm", "m": 8, "k": 16, "n": 16, "dtype": "bf16"},
            {"name": "sum", "op": "eltwise", "elements": 128, "dtype": "bf16", "inputs": ["up", "input"]}]}
        after = {"name": "twice", "op": "eltwise", "elements": 128, "dtype": "bf16", "inputs": ["block", "block"]}
        report, folder = self.emitted([block, after])
        self.assertEqual([layer["name"] for layer in report["layers"]],
                         ["block.0.up", "block.0.sum", "block.1.up", "block.1.sum", "block.2.up", "block.2.sum", "twice"])
        weights = {(folder / f"{i:03}/b.bin").read_bytes() for i in (0, 2, 4)}
        self.assertEqual(len(weights), 3)
        sums = [floats((folder / f"{i:03}/y.bin").read_bytes())[:128] for i in (1, 3, 5)]
        given = floats((folder / "000/a.bin").read_bytes())[:128]
        for i, before in ((0, given), (2, sums[0]), (4, sums[1])):
            self.assertEqual(floats((folder / f"{i:03}/a.bin").read_bytes())[:128], before)
        up = floats((folder / "004/c.bin").read_bytes())[:128]
        self.assertEqual(sums[2], [rounded(x + y) for x, y in zip(up, sums[1])])
        self.assertEqual(floats((folder / "output.bin").read_bytes()), [rounded(2 * x) for x in sums[2]])

    def test_the_output_depends_on_the_seed_and_on_nothing_else(self) -> None:
        path = self.network([CONV1, CONV2, ADD, POOL, GEMM])
        one = self.report("net", path, "--threads", 1)
        self.assertEqual(one, self.report("net", path, "--threads", 2))
        self.assertNotEqual(one["output"]["sha256"], self.report("net", path, "--seed", 2)["output"]["sha256"])
        text = self.run_program("net", path)
        self.assertIn(f"output 1 x 10 of i8, SHA-256 {one['output']['sha256']}", text.stdout)

    def test_a_batch_and_a_count_run_once_and_count(self) -> None:
        layer = {"op": "gemm", "m": 4, "k": 16, "n": 8, "inputs": ["input"], "count": 5}
        path = self.network([layer])
        self.assertIn("executions: 1 ran and count as 15\n", self.run_program("net", path, "--batch", 3).stdout)
        report = self.report("net", path, "--batch", 3)
        self.assertEqual((report["executions"], report["counted_executions"]), (1, 15))
        self.assertEqual(report["layers"][0]["count"], 15)
        self.assertEqual(report["total_ps"], 15 * report["layers"][0]["durations_ps"][0])

    def test_results_that_say_nothing_are_reported(self) -> None:
        flat = {"name": "flat", "op": "gemm", "m": 4, "k": 16, "n": 8, "shift": 30, "inputs": ["input"]}
        full = {"name": "full", "op": "gemm", "m": 4, "k": 16, "n": 8, "shift": 0, "inputs": ["input"]}
        good = {"name": "good", "op": "gemm", "m": 4, "k": 16, "n": 8, "inputs": ["input"]}
        path = self.network([flat, full, good])
        report = self.report("net", path, "--check")
        self.assertEqual(report["degenerate"], ["flat", "full"])
        self.assertEqual(report["layers"][0]["spread"]["zeros"], 1)
        self.assertGreater(report["layers"][1]["spread"]["limits"], 0.5)
        self.assertRegex(self.run_program("net", path).stdout, r"DEGENERATE: [^\n]+ in flat, full\n")

    def test_without_data_there_are_times_and_no_output(self) -> None:
        path = self.network([CONV1, CONV2, ADD, POOL, GEMM])
        report = self.report("net", path, "--no-data")
        self.assertEqual(report["total_ps"], self.report("net", path)["total_ps"])
        self.assertNotIn("output", report)

    def test_example_networks_are_right_on_their_own_data(self) -> None:
        examples = Path(__file__).resolve().parents[2] / "docs/examples"
        # The others are too much arithmetic for the reference; `test_the_example_networks_run` has their times.
        for name, layers in (("resnet50", 72), ("llama-decode", 14)):
            with self.subTest(name):
                report = self.report("net", examples / f"{name}.json", "--check")
                self.assertEqual(len(report["layers"]), layers)
                wrong = [layer["name"] for layer in report["layers"] if not layer["check"]["ok"]]
                self.assertEqual(wrong, [])
                self.assertEqual(report["degenerate"], [])
                self.assertEqual(len(report["output"]["sha256"]), 64)


class Refusals(WorkloadCase):
    def refuse(self, text: str, layers: list[dict]) -> None:
        done = self.run_program("net", self.network(layers))
        self.assertEqual(done.returncode, 2, f"{layers}: {done.stderr}{done.stdout}")
        self.assertRegex(done.stderr, r"\Aaie4sim: [^\n]+\n\Z")
        self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_names_that_no_earlier_layer_has(self) -> None:
        self.refuse("layers/1/inputs/0: expected input or the name of an earlier layer, came frist (nearest: first)",
                    [CONV1, CONV2 | {"inputs": ["frist"]}])
        self.refuse("layers/0/inputs/0: expected input or the name of an earlier layer, came second",
                    [CONV1 | {"inputs": ["second"]}, CONV2])
        self.refuse("layers/1/inputs/0: expected input or the name of an earlier layer, came second",
                    [CONV1, CONV2 | {"inputs": ["second"]}])
        self.refuse("layers/1/name: expected another name than any before it, came first of layers/0",
                    [CONV1, CONV2 | {"name": "first"}])
        self.refuse("layers/0/name: expected another name", [CONV1 | {"name": "input"}])

    def test_shapes_and_types_that_do_not_fit(self) -> None:
        self.refuse("layers/1: expected 6 x 7 x 12 of i8, came 6 x 7 x 8 of i8 from first (no earlier layer makes that)",
                    [CONV1, CONV2 | {"channels": 12}])
        self.refuse("layers/2/inputs/0: expected 6 x 7 x 5 of i8, came 6 x 7 x 8 of i8 from second (nearest: input)",
                    [CONV1, CONV2, CONV1 | {"name": "third", "inputs": ["second"]}])
        self.refuse("layers/1: expected 6 x 7 x 8 of bf16, came 6 x 7 x 8 of i8 from first", [CONV1, CONV2 | {"dtype": "bf16"}])
        self.refuse("layers/1/inputs/1: expected 336 of i8, came 6 x 7 x 5 of i8 from input (nearest: first)",
                    [CONV1, ADD | {"inputs": ["first", "input"]}])
        self.refuse("layers/0: expected one of i8, i16, i32, bf16, fp32 between chained layers, came bfp16",
                    [{"op": "gemm", "m": 8, "k": 8, "n": 8, "dtype": "bfp16", "inputs": ["input"]}])

    def test_numbers_of_inputs_and_heads(self) -> None:
        self.refuse("layers/1/inputs: expected 2 of them for add, came 0", [CONV1, {k: ADD[k] for k in ADD if k != "inputs"}])
        self.refuse("layers/1/inputs: expected 1 of them for conv, came 2", [CONV1, CONV2 | {"inputs": ["first", "first"]}])
        attention = {"op": "attention", "heads": 4, "queries": 4, "head_dim": 8, "inputs": ["input"]}
        self.refuse("layers/0/kv_heads: expected a divisor of 4 heads, came 3", [attention | {"kv_heads": 3}])
        self.refuse("layers/0/keys: expected at least the 4 of the queries", [attention | {"keys": 2}])

    def test_places_in_blocks(self) -> None:
        gemm = {"op": "gemm", "m": 4, "k": 8, "n": 8}
        block = {"op": "repeat", "name": "b", "times": 2, "layers": [gemm, gemm | {"n": 12}]}
        # The first layer fits the network's input, and not the second round's.
        self.refuse("layers/0/layers/0: expected 4 x 8 of i8, came 4 x 12 of i8 from b.0.gemm", [block])
        self.refuse("layers/0/layers/1/inputs/0: expected input or", [block | {"layers": [gemm, gemm | {"inputs": ["x"]}]}])
        self.refuse("layers/0/layers/1/knd: gemm has no such key", [block | {"layers": [gemm, gemm | {"knd": 1}]}])
        self.refuse("layers/0: repeat needs times", [{"op": "repeat", "layers": [gemm]}])


if __name__ == "__main__":
    unittest.main()
