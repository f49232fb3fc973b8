"""`scripts/bench-ops` runs a problem through a server: one that plays its part here, so that each answer is known."""

from __future__ import annotations

import json
import stat
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from support import ops_run
from support.ops_study import Result
from support.problem_set import Problem

PROBLEM = '''"""Adds one to everything, which nobody needs."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, x):
        return x + 1.0


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(70, 30)]
'''
RIGHT, WRONG = "return 1.0 + x", "return x + 1.001"
# Prints what it was called with to a file, a log, and the answer that it was given for a call with or without consent.
SERVER = '''#!{python}
import json, pathlib, sys
kind = "allowed" if "--allow" in sys.argv else "exact"
answer = json.loads(pathlib.Path({answers!r}).read_text())[kind]
print("  one pass over memory: verified (4.0 times as fast)", file=sys.stderr)
if answer is None:
    sys.exit(3)
files = sorted(each.name for each in pathlib.Path().iterdir())
print(json.dumps({{**answer, "arguments": sys.argv[1:], "files": files}}))
'''


def answer(body: str, verdict: str = "verified", **more: Any) -> Dict[str, Any]:
    roofline = {"name": "roofline", "passed": True, "detail": "", "figures": {}}
    candidate = {"idea": "one pass", "agent": "fusion", "verdict": verdict, "summary": "long", "labels": []}
    return {
        "verdict": verdict, "labels": [], "speedup": 4.0, "speedup_ci95": [3.9, 4.1], "speedup_vs": {"eager": 4.0},
        "speedup_vs_ci95": {}, "gates": [roofline], "candidates": [candidate], "baselines": [],
        "source": f"{PROBLEM}\n\nclass ModelNew(Model):\n    def forward(self, x):\n        {body}\n", **more,
    }


class OpsRunTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="kernelwright-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.file = self.folder / "plus_one.py"
        self.file.write_text(PROBLEM, encoding="utf-8")
        self.problem = Problem("single", self.file)

    def run_with(self, **answers: Any) -> Result:
        server, known = self.folder / "server", self.folder / "answers.json"
        known.write_text(json.dumps({"allowed": None, "exact": None, **answers}), encoding="utf-8")
        server.write_text(SERVER.format(python=sys.executable, answers=str(known)), encoding="utf-8")
        server.chmod(server.stat().st_mode | stat.S_IXUSR)
        setup = ops_run.Setup(server, Path(sys.executable), 60, self.folder / "sources", frozen=False)
        return Result(self.problem, ops_run.run(self.problem, setup))

    def test_what_memory_bounds_is_timed_beside_a_plain_kernel_that_moves_as_much(self) -> None:
        detail = "At 9 % of the roof: 0.1 MB at 40.0 GB/s (L2)."
        bound = {"name": "roofline", "passed": True, "detail": detail, "figures": {}}
        found = self.run_with(allowed=answer(RIGHT, gates=[bound]))
        self.assertGreater(found.best.share_of_roof or 0.0, 0.0, found.record)
        self.assertIsNone(self.run_with(allowed=answer(RIGHT)).best.share_of_roof)

    def test_a_right_replacement_is_confirmed_in_a_workspace_of_its_own(self) -> None:
        found = self.run_with(allowed=answer(RIGHT))
        allowed = found.record["allowed"]
        self.assertTrue(found.best.is_right, allowed["check"])
        self.assertEqual(found.best.speedup, (4.0, 3.9, 4.1))
        self.assertEqual(allowed["files"], ["plus_one.py", "pyproject.toml"])
        self.assertIn("--budget 60s --json", " ".join(allowed["arguments"]))
        self.assertGreater(allowed["first_verified_s"], -1.0)
        self.assertNotIn("exact", found.record)
        self.assertNotIn("source", allowed)

    def test_a_wrong_one_is_not(self) -> None:
        found = self.run_with(allowed=answer(WRONG))
        self.assertFalse(found.best.is_right)
        self.assertTrue(found.record["allowed"]["check"]["failures"])

    def test_one_that_removes_work_is_searched_again_without_consent(self) -> None:
        found = self.run_with(allowed=answer(RIGHT, labels=[ops_run.PRUNING]), exact=answer(RIGHT, speedup=2.0))
        self.assertEqual((found.best.speedup[0], found.exact.speedup[0]), (4.0, 2.0))
        self.assertNotIn("--allow", found.record["exact"]["arguments"])
        self.assertEqual([each.is_right for each in found.answers], [True, True])

    def test_a_server_without_an_answer_is_told_and_counts_as_not_improved(self) -> None:
        found = self.run_with()
        self.assertRegex(found.error or "", "^exit 3: ")
        self.assertEqual(found.best.speedup, (1.0, 1.0, 1.0))


if __name__ == "__main__":
    unittest.main()
