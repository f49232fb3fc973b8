"""The program that checks replacements again finds what is wrong with one, and nothing where nothing is."""

from __future__ import annotations

import runpy
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict

import torch

PROGRAM = Path(__file__).resolve().parent.parent.parent / "Benchmarks" / "Ops" / "check_replacement.py"
sys.path.insert(0, str(PROGRAM.parent))  # as for a program that is run by its path
TOOL = runpy.run_path(str(PROGRAM))

REFERENCE = '''
import torch
from torch import nn

class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layer = nn.Linear(width, 30)
    def forward(self, x):
        h = self.layer(x)
        return 0.5 * h * (1.0 + torch.tanh(0.8 * (h + 0.04 * h.pow(3)))), h.argmax(dim=1)

def get_init_inputs():
    return [24]

def get_inputs():
    return [torch.randn(40, 24)]
'''
# Each is the body of `ModelNew`.
HONEST = {
    "itself": "pass",
    "another order of the same sums": """
    def forward(self, x):
        h = (x.flip(1) @ self.layer.weight.flip(1).t()) + self.layer.bias
        return 0.5 * h * (1.0 + torch.tanh(0.8 * h * (1.0 + 0.04 * h * h))), h.argmax(dim=1)
""",
    "raises on other shapes": """
    def forward(self, x):
        if x.shape != (40, 24):
            raise NotImplementedError("only 40 by 24")
        return super().forward(x)
""",
}
WRONG = {
    "one element off by a thousandth": """
    def forward(self, x):
        y, index = super().forward(x)
        y[7, 3] *= 1.001
        return y, index
""",
    "half precision": """
    def forward(self, x):
        h = (x.bfloat16() @ self.layer.weight.bfloat16().t()).float() + self.layer.bias
        return 0.5 * h * (1.0 + torch.tanh(0.8 * (h + 0.04 * h.pow(3)))), h.argmax(dim=1)
""",
    "one index off": """
    def forward(self, x):
        y, index = super().forward(x)
        index[5] = (index[5] + 1) % 30
        return y, index
""",
    "right for the stated shape only": """
    def forward(self, x):
        y, index = super().forward(x)
        return (y if len(x) == 40 else y * 1.5), index
""",
    "weights packed once": """
    def forward(self, x):
        if not hasattr(self, "packed"):
            self.packed = (self.layer.weight.clone(), self.layer.bias.clone())
        h = torch.nn.functional.linear(x, *self.packed)
        return 0.5 * h * (1.0 + torch.tanh(0.8 * (h + 0.04 * h.pow(3)))), h.argmax(dim=1)
""",
    "one output buffer for all calls": """
    def forward(self, x):
        y, index = super().forward(x)
        if getattr(self, "kept", y[:0]).shape != y.shape:
            self.kept = torch.empty_like(y)
        return self.kept.copy_(y), index
""",
    "writes to its input": """
    def forward(self, x):
        answer = super().forward(x)
        x += 1.0
        return answer
""",
    "ignores strides": """
    def forward(self, x):
        return super().forward(x.as_strided(x.shape, (x.shape[1], 1)))
""",
    "another type": """
    def forward(self, x):
        y, index = super().forward(x)
        return y.double(), index
""",
    "raises": """
    def forward(self, x):
        raise RuntimeError("no")
""",
    "not finite": """
    def forward(self, x):
        y, index = super().forward(x)
        y[0, 0] = float("nan")
        return y, index
""",
}


class CheckReplacementTests(unittest.TestCase):
    def found(self, body: str) -> Dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="kernelwright-test-") as folder:
            reference, candidate = Path(folder) / "reference.py", Path(folder) / "candidate.py"
            reference.write_text(REFERENCE, encoding="utf-8")
            candidate.write_text(f"{REFERENCE}\nclass ModelNew(Model):\n    {body.strip()}\n", encoding="utf-8")
            with torch.no_grad():
                load = TOOL["load"]
                return TOOL["Check"](load(reference, "test_reference"), load(candidate, "test_candidate")).run()

    def test_honest_replacements_pass(self) -> None:
        for name, body in HONEST.items():
            with self.subTest(name):
                found = self.found(body)
                self.assertEqual((found["passed"], found["failures"]), (True, []))
                self.assertGreaterEqual(found["cases"], 6)

    def test_wrong_replacements_are_found(self) -> None:
        for name, body in WRONG.items():
            with self.subTest(name):
                found = self.found(body)
                self.assertFalse(found["passed"], found)
                self.assertTrue(found["failures"])

    def test_raising_on_other_shapes_is_told_and_is_no_failure(self) -> None:
        self.assertTrue(self.found(HONEST["raises on other shapes"])["raised"])


if __name__ == "__main__":
    unittest.main()
