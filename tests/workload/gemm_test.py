# SPDX-License-Identifier: Apache-2.0
"""Matrix products of random shapes and types, and one of them judged here, from files."""

import json
import random
import struct
import unittest

from workload import WorkloadCase

TYPES = ({"dtype": "i8"}, {"dtype": "i16"}, {"dtype": "bf16"}, {"dtype": "i8", "dtype_c": "i32"},
         {"dtype": "i8", "dtype_b": "i4"}, {"dtype": "fp32"}, {"dtype": "bf16", "dtype_c": "fp32"})


def random_layers(count: int, seed: int, largest: int) -> list[dict]:
    dice = random.Random(seed)
    layers = []
    for i in range(count):
        shape = {key: dice.randint(1, largest) for key in ("m", "k", "n")}
        layers.append({"op": "gemm", **shape, **TYPES[i % len(TYPES)], "b_layout": dice.choice(("nk", "kn"))})
    return layers


class Gemm(WorkloadCase):
    def test_two_hundred_random_small_shapes_are_right(self) -> None:
        for columns, count in ((1, 50), (2, 50), (3, 100)):
            with self.subTest(columns=columns):
                self.check_layers(random_layers(count, seed=columns, largest=150), "--columns", str(columns))

    def test_larger_shapes_with_tails_and_replays_are_right(self) -> None:
        self.check_layers([{"op": "gemm", "m": 700, "k": 1000, "n": 500, "tile": [32, 0, 32]},
                           {"op": "gemm", "m": 512, "k": 515, "n": 384, "tile": [16, 0, 16], "group": 4},
                           {"op": "gemm", "m": 300, "k": 2049, "n": 200, "dtype": "bf16", "b_layout": "kn"}])

    def test_one_buffer_and_no_overlap_change_times_but_no_results(self) -> None:
        words = ("gemm", "--m", 256, "--n", 192, "--k", 512, "--tile", "32,128,32", "--check")
        both = self.report(*words)
        single = self.report(*words, "--single-buffer")
        serial = self.report(*words, "--no-overlap")
        for report in (both, single, serial):
            self.assertTrue(report["check"]["ok"])
        self.assertGreater(single["durations_ps"][0], both["durations_ps"][0])
        self.assertGreater(serial["durations_ps"][0], both["durations_ps"][0])

    def test_one_controller_for_all_columns_changes_times_but_no_results(self) -> None:
        words = ("gemm", "--m", 256, "--n", 192, "--k", 512, "--tile", "32,128,32", "--check")
        each, one = self.report(*words), self.report(*words, "--one-controller")
        for report in (each, one):
            self.assertTrue(report["check"]["ok"])
        self.assertGreater(one["durations_ps"][0], each["durations_ps"][0])

    def test_arrays_of_older_generations_are_used_whole(self) -> None:
        for preset, columns in (("xdna1", 4), ("xdna2", 8)):
            with self.subTest(preset=preset):
                words = ("gemm", "--preset", preset, "--m", 300, "--n", 515, "--k", 333, "--tile", "16,0,16", "--check")
                for more in ((), ("--one-controller",), ("--stay", "none", "--outputs", 1)):
                    report = self.report(*words, *more)
                    self.assertTrue(report["check"]["ok"])
                    self.assertEqual(report["facts"]["array"], f"{columns} x 4 cores")

    def test_any_number_of_threads_gives_the_same_times_and_bytes(self) -> None:
        results = []
        for threads in (1, 2):
            folder = self.folder / f"threads{threads}"
            report = self.report("gemm", "--m", 200, "--n", 200, "--k", 300, "--threads", threads, "--emit", folder)
            results.append((report["durations_ps"], (folder / "c.bin").read_bytes()))
        self.assertEqual(*results)

    def test_times_do_not_depend_on_whether_kernels_are_computed(self) -> None:
        words = ("gemm", "--m", 200, "--n", 200, "--k", 300)
        self.assertEqual(self.report(*words)["durations_ps"], self.report(*words, "--no-data")["durations_ps"])

    def test_the_emitted_program_runs_by_itself_and_multiplies(self) -> None:
        m, n, k, shift = 37, 24, 45, 10
        folder = self.folder / "emitted"
        self.report("gemm", "--m", m, "--n", n, "--k", k, "--shift", shift, "--dtype-c", "i32", "--emit", folder, "--name", "small")
        a, b, c = ((folder / f"{name}.bin").read_bytes() for name in "abc")
        out = self.folder / "c"
        done = self.run_program("run", folder / "small.elf", "--arg", f"0={folder}/a.bin", "--arg",
                                f"1={folder}/b.bin", "--arg", f"2=out:{len(c)}:{out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(out.read_bytes(), c)
        buffers = json.loads((folder / "small.recipe.json").read_text())["resources"]["buffers"]
        self.assertEqual([(each["name"], each["type"], each["size"]) for each in buffers],
                         [("a", "input", len(a)), ("b", "input", len(b)), ("c", "output", len(c))])
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["a.bin", "b.bin", "c.bin"] + [
            f"small.{kind}" for kind in ("asm", "elf", "json", "profile.json", "recipe.json")])
        row = (k + 3) // 4 * 4
        signed = [[struct.unpack_from(f"{k}b", matrix, i * row) for i in range(count)] for matrix, count in ((a, m), (b, n))]
        for i in range(m):
            came = struct.unpack_from(f"<{n}i", c, i * 4 * n)
            sums = [sum(x * y for x, y in zip(signed[0][i], column)) for column in signed[1]]
            # Python rounds halves to even, as the program asks its kernels to.
            self.assertEqual(list(came), [round(value / 2**shift) for value in sums], f"row {i}")


if __name__ == "__main__":
    unittest.main()
