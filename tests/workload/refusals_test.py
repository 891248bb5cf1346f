# SPDX-License-Identifier: Apache-2.0
"""What cannot be made into a program is one line, exit status 2, and leaves nothing behind."""

import json
import unittest

from workload import WorkloadCase


class Refusals(WorkloadCase):
    def refuse(self, text: str, *words: object) -> None:
        done = self.run_program(*words)
        self.assertEqual(done.returncode, 2, f"{words}: {done.stderr}{done.stdout}")
        self.assertRegex(done.stderr, r"\Aaie4sim: [^\n]+\n\Z")
        self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")

    def refuse_net(self, text: str, content: str) -> None:
        path = self.folder / "net.json"
        path.write_text(content, encoding="ascii")
        self.refuse(text, "net", path)

    def test_shapes_and_types_name_the_nearest_valid_choice(self) -> None:
        self.refuse("m:", "gemm", "--m", 0, "--n", 1, "--k", 1)
        self.refuse("(nearest: bf16)", "gemm", "--m", 1, "--n", 1, "--k", 1, "--dtype", "bf17")
        self.refuse("type_b must be i8 or i4", "gemm", "--m", 1, "--n", 1, "--k", 1, "--dtype-b", "i16")
        self.refuse("64,50,64 that was asked for", "gemm", "--m", 64, "--n", 64, "--k", 64, "--tile", "64,50,64")
        self.refuse("nearest: 8", "softmax", "--rows", 3, "--width", 7)
        self.refuse("(nearest: gelu)", "eltwise", "--kind", "glu", "--elements", 5)
        self.refuse("shift and relu only with add and mul", "eltwise", "--kind", "gelu", "--elements", 5, "--shift", 1)
        self.refuse("padding", "conv", "--height", 8, "--width", 8, "--channels", 4, "--out-channels", 4, "--padding", 1)
        self.refuse("window", "pool", "--height", 8, "--width", 8, "--channels", 4, "--window", 9)

    def test_columns_that_the_array_does_not_have_are_refused(self) -> None:
        size = ("--m", 64, "--n", 64, "--k", 64)
        self.refuse("expected 1 to 3, which the array has, came 4", "gemm", *size, "--columns", 4)
        self.refuse("expected 1 to 4, which the array has, came 5", "gemm", *size, "--columns", 5, "--preset", "xdna1")
        self.refuse("array.mem_rows", "gemm", *size, "--set", "array.mem_rows=2")

    def test_broken_descriptions_name_the_place(self) -> None:
        self.refuse_net("no JSON", "{")
        self.refuse_net("layers", "{}")
        layers = [{"op": "eltwise", "elements": 4}, {"op": "gemm", "m": 1, "k": 1}]
        self.refuse_net("layers/1: gemm needs n", json.dumps({"layers": layers}))
        layers[1] |= {"n": 4, "dtyp": "i8"}
        self.refuse_net("layers/1/dtyp: gemm has no such key (nearest: dtype)", json.dumps({"layers": layers}))
        layers[1] = {"op": "gem", "m": 1}
        self.refuse_net("(nearest: gemm)", json.dumps({"layers": layers}))
        layers[1] = {"op": "gemm", "m": 1, "k": 1, "n": "7"}
        self.refuse_net("layers/1/n", json.dumps({"layers": layers}))

    def test_nothing_is_written_over_or_half_written(self) -> None:
        folder = self.folder / "there"
        folder.mkdir()
        self.refuse("does not exist yet", "gemm", "--m", 8, "--n", 8, "--k", 8, "--emit", folder)
        self.assertEqual(list(folder.iterdir()), [])
        self.refuse("expected an identifier", "gemm", "--m", 8, "--n", 8, "--k", 8, "--name", "a-b")
        new = self.folder / "new"
        self.refuse("aiebu-asm", "gemm", "--m", 8, "--n", 8, "--k", 8, "--emit", new, "--aiebu-asm", "/nowhere")
        self.assertFalse(new.exists())


if __name__ == "__main__":
    unittest.main()
