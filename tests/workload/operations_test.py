# SPDX-License-Identifier: Apache-2.0
"""Operations beside matrix products, random shapes."""

import random
import unittest
from pathlib import Path

from workload import WorkloadCase


class Operations(WorkloadCase):
    def setUp(self) -> None:
        super().setUp()
        self.dice = random.Random(11)

    def test_elementwise_functions_are_right(self) -> None:
        self.check_layers([{"op": "eltwise", "kind": kind, "elements": self.dice.randint(1, 40000), "dtype": dtype}
                           for kind, types in (("add", ("i8", "i16", "bf16", "fp32")), ("mul", ("i8", "bf16")),
                                               ("relu", ("i8", "bf16")), ("gelu", ("bf16",)), ("silu", ("bf16", "fp32")),
                                               ("sigmoid", ("bf16",)), ("tanh", ("fp32",)))
                           for dtype in types])

    def test_sums_and_products_of_integers_are_shifted(self) -> None:
        self.check_layers([{"op": "eltwise", "kind": kind, "elements": self.dice.randint(1, 4000), "dtype": dtype,
                            "shift": shift, "relu": relu}
                           for kind, dtype, shift in (("add", "i8", 1), ("mul", "i8", 7), ("mul", "i16", 15), ("add", "i32", 3))
                           for relu in (False, True)])

    def test_row_operations_are_right(self) -> None:
        self.check_layers([{"op": op, "rows": self.dice.randint(1, 200), "width": 2 * self.dice.randint(1, 400),
                            "dtype": dtype} | ({"kind": kind} if kind else {})
                           for op, kind in (("softmax", None), ("norm", "layer"), ("norm", "rms"))
                           for dtype in ("bf16", "fp32") for _ in range(2)])

    def test_pooling_is_right(self) -> None:
        self.check_layers([{"op": "pool", "kind": kind, "height": 4 + self.dice.randint(1, 30),
                            "width": 4 + self.dice.randint(1, 30), "channels": 4 * self.dice.randint(1, 20),
                            "window": window, "stride": stride, "padding": padding, "dtype": dtype}
                           for kind, window, stride, padding, dtype in
                           (("max", 3, 2, 1, "i8"), ("max", 2, 2, 0, "bf16"), ("max", 3, 1, 1, "i16"),
                            ("mean", 2, 2, 0, "i8"), ("mean", 4, 3, 0, "bf16"))])

    def test_convolutions_are_right(self) -> None:
        layers = [{"op": "conv", "height": 14, "width": 14, "channels": 64, "out_channels": 64, "window": 3, "padding": 1},
                  {"op": "conv", "height": 30, "width": 30, "channels": 3, "out_channels": 16, "window": 7, "stride": 2,
                   "padding": 3}]
        for i in range(12):
            window = self.dice.choice((1, 2, 3, 5))
            layers.append({"op": "conv", "height": self.dice.randint(5, 24), "width": self.dice.randint(5, 24),
                           "channels": self.dice.randint(1, 40), "out_channels": self.dice.randint(1, 50),
                           "window": window, "stride": self.dice.randint(1, 3),
                           "padding": self.dice.randint(0, window - 1), "dtype": ("i8", "bf16", "i16")[i % 3]})
        for columns in (1, 3):
            with self.subTest(columns=columns):
                self.check_layers(layers, "--columns", str(columns))

    def test_the_energy_of_a_network_is_that_of_its_layers_each_as_often_as_it_counts(self) -> None:
        network = self.network([{"op": "eltwise", "kind": "add", "elements": 5000, "count": 3},
                                {"op": "softmax", "rows": 20, "width": 64}])
        report = self.report("net", network, "--no-data")
        self.assertEqual(report["energy"]["confidence"], "low")
        for part in ("total_nj", "idle_nj", "ddr_nj", "memory_tiles_nj"):
            parts = [layer["count"] * layer["energy"][part] for layer in report["layers"]]
            self.assertEqual([layer["count"] for layer in report["layers"]], [3, 1])
            self.assertGreater(min(parts), 0)
            self.assertAlmostEqual(report["energy"][part] / sum(parts), 1)
        words = [("net", network, "--no-data"), ("softmax", "--rows", 20, "--width", 64, "--no-data")]
        for command in words:
            self.assertRegex(self.run_program(*command).stdout, r"(?m)^energy +[\d.]+ uJ, [\d.]+ W on average \(low confidence\)")

    def test_attention_and_mlp_are_right(self) -> None:
        report = self.report("attention", "--heads", 2, "--queries", 33, "--keys", 50, "--head-dim", 16, "--check")
        self.assertEqual([layer["name"] for layer in report["layers"]],
                         ["attention.scores", "attention.softmax", "attention.context"])
        self.assertEqual(report["layers"][0]["count"], 2)
        report = self.report("mlp", "--rows", 5, "--width", 32, "--hidden", 48, "--gated", "--check")
        self.assertTrue(all(layer["check"]["ok"] for layer in report["layers"]))

    def test_the_example_networks_run(self) -> None:
        examples = sorted((Path(__file__).resolve().parents[2] / "docs/examples").glob("*.json"))
        self.assertGreaterEqual(len(examples), 4)
        for example in examples:
            with self.subTest(example.name):
                report = self.report("net", example, "--no-data")
                self.assertGreater(report["total_ps"], 0)
                self.assertTrue(all(layer["failure"] == "" for layer in report["layers"]))


if __name__ == "__main__":
    unittest.main()
