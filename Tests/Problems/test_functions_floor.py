"""What an op's exponentials and the like take at least."""

from __future__ import annotations

import ctypes
import sys
import unittest
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Benchmarks" / "Ops"))

import functions_floor  # noqa: E402
import streaming_share  # noqa: E402


class FunctionsFloorTests(unittest.TestCase):
    def test_the_costliest_function_counts_an_element_and_other_arithmetic_nothing(self) -> None:
        x, few = torch.rand(3, 50) + 1.0, torch.rand(50)
        count = functions_floor.instructions_of
        self.assertEqual(count(lambda: x * 2 + x.sum()), 0)
        self.assertEqual(count(lambda: x + few.exp()), 50 * functions_floor.EXP)
        self.assertEqual(count(lambda: torch.softmax(x, -1)), 150 * functions_floor.EXP)
        self.assertEqual(count(lambda: x.exp().log_()), 150 * functions_floor.LOG)
        self.assertEqual(count(lambda: (x / x) / 3.0), 150 * functions_floor.DIVIDE)
        self.assertEqual(count(lambda: x / few), 50 * functions_floor.DIVIDE)
        self.assertEqual(count(lambda: torch.tensor([4, 9]).exp()), 0)

    def test_the_machine_is_timed_at_multiply_adds_of_different_numbers(self) -> None:
        function = streaming_share.built().kw_multiply_add
        function.argtypes, function.restype = [ctypes.c_int64, ctypes.c_int64], ctypes.c_float
        for steps in (0, 1, 3):
            # x ↦ x / 2 + 1 from 0, 2, 4 … 22, in each of two threads.
            expected = sum((2 * k - 2) * 0.5**steps + 2 for k in range(12))
            self.assertEqual(function(steps, 2), 2 * expected)


if __name__ == "__main__":
    unittest.main()
