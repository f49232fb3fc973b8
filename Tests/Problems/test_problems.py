"""The problem set is what its README says: every problem loads, runs, repeats itself, and depends on its inputs.

Needs a Python with torch (`make problem-test`). Each problem gets three calls at its full size.
"""

from __future__ import annotations

import ast
import runpy
import sys
import unittest
from pathlib import Path
from typing import Any, Dict, List

import torch

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from support.problem_set import FOLDERS, Problem, problems

FEWEST = {"single": 50, "chains": 40, "blocks": 30}
FUNCTIONS = ["get_init_inputs", "get_inputs"]
NORMS = (
    torch.nn.modules.batchnorm._BatchNorm, torch.nn.modules.instancenorm._InstanceNorm, torch.nn.LayerNorm,
    torch.nn.GroupNorm,
)
# An output of which nearly all elements are the same number says nothing about a replacement.
LARGEST_SHARE_OF_ONE_VALUE = 0.9


def tensors(output: Any) -> List[torch.Tensor]:
    return [output] if isinstance(output, torch.Tensor) else [each for part in output for each in tensors(part)]


def copies(values: List[Any]) -> List[Any]:
    return [each.clone() if torch.is_tensor(each) else each for each in values]


def share_of_commonest(output: torch.Tensor) -> float:
    """Of at most 100,000 evenly chosen elements."""
    flat = output.flatten()[:: max(1, output.numel() // 100_000)]
    return float(flat.unique(return_counts=True)[1].max()) / flat.numel()


class Loaded:
    """One problem, built with a fixed seed."""

    def __init__(self, problem: Problem) -> None:
        torch.manual_seed(3)
        self.file: Dict[str, Any] = runpy.run_path(str(problem.path))
        self.arguments = self.file["get_init_inputs"]()
        self.model = self.file["Model"](*self.arguments).eval()

    def inputs(self, seed: int) -> List[Any]:
        torch.manual_seed(seed)
        return list(self.file["get_inputs"]())

    def outputs(self, inputs: List[Any]) -> List[torch.Tensor]:
        with torch.inference_mode():
            return tensors(self.model(*inputs))


class ProblemTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        torch.set_num_threads(2)

    def test_there_are_enough_in_every_folder_and_none_is_named_twice(self) -> None:
        for folder in FOLDERS:
            self.assertGreaterEqual(sum(each.folder == folder for each in problems()), FEWEST[folder], folder)
        names = [each.path.stem for each in problems()]
        self.assertEqual(sorted(set(names)), sorted(names))
        self.assertEqual([each.name for each in problems() if each.family == "others"], [])

    def test_each_file_is_a_docstring_a_model_and_two_functions(self) -> None:
        for problem in problems():
            with self.subTest(problem.name):
                tree = ast.parse(problem.path.read_text(encoding="utf-8"))
                self.assertRegex(problem.summary, r"^[A-Z].{20,}\.$")
                rest = [each for each in tree.body[1:] if not isinstance(each, (ast.Import, ast.ImportFrom))]
                classes = [each for each in rest if isinstance(each, ast.ClassDef)]
                functions = [each for each in rest if isinstance(each, ast.FunctionDef)]
                self.assertEqual([each.name for each in classes], ["Model"])
                self.assertEqual([each.name for each in functions], FUNCTIONS)
                self.assertEqual(len(rest), 3, "something else at the top level")

    def test_each_repeats_itself_and_its_answer_depends_on_its_inputs_and_leaves_them_alone(self) -> None:
        for problem in problems():
            with self.subTest(problem.name):
                loaded = Loaded(problem)
                inputs = loaded.inputs(5)
                kept = copies(inputs)
                first, again = loaded.outputs(inputs), loaded.outputs(inputs)
                for before, after in zip(kept, inputs):
                    self.assertTrue(not torch.is_tensor(before) or torch.equal(before, after), "changes its input")
                other = loaded.outputs(loaded.inputs(6))
                for number, (one, two, three) in enumerate(zip(first, again, other)):
                    self.check(number, one, two, three)

    def check(self, number: int, one: torch.Tensor, again: torch.Tensor, other: torch.Tensor) -> None:
        self.assertTrue(torch.equal(one, again), f"output {number}: two calls, two answers")
        self.assertFalse(torch.equal(one, other), f"output {number} is the same for other inputs")
        self.assertTrue(bool(one.isfinite().all()), f"output {number} is not finite")
        if one.numel() > 100:
            self.assertLess(share_of_commonest(one), LARGEST_SHARE_OF_ONE_VALUE, f"output {number}")

    def test_norms_have_scales_and_statistics_that_folding_must_take_into_account(self) -> None:
        for problem in problems():
            if "Norm" not in problem.path.read_text(encoding="utf-8"):
                continue
            with self.subTest(problem.name):
                for name, module in Loaded(problem).model.named_modules():
                    if not isinstance(module, NORMS):
                        continue
                    for part in ("weight", "bias", "running_mean", "running_var"):
                        value = getattr(module, part, None)
                        if value is not None:
                            self.assertGreater(float(value.std()), 0.01, f"{name}.{part} is left as it was made")


if __name__ == "__main__":
    unittest.main()
