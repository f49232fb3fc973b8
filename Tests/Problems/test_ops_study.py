"""What `scripts/bench-ops` makes of its records: means, shares, what is done and what is not."""

from __future__ import annotations

import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path
from typing import Any, Dict, List

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from support import ops_page, ops_plot, ops_run
from support.ops_study import Answer, Data, Result, geometric_mean, results
from support.problem_set import Problem, problems

VERIFIED = {
    "verdict": "verified", "labels": [], "speedup": 4.0, "speedup_ci95": [3.9, 4.1], "idea": "one pass",
    "speedup_vs": {"eager": 5.0, "torch.compile": 4.0}, "speedup_vs_ci95": {"eager": [4.8, 5.2]},
    "baselines": [{"name": "eager", "median_ms": 8.0, "ci95_ms": []}], "candidate": {"median_ms": 1.6},
    "check": {"passed": True, "worst_units": 1.5}, "first_verified_s": 21.0,
    "roofline": {"detail": "At 82 % of the roof: 50.0 MB at 40.1 GB/s (memory).", "figures": {}},
    "streaming": {"share": [0.82, 0.8, 0.84], "bound": "memory"},
}
NOT_FASTER = {
    "verdict": "not-faster", "labels": [], "speedup": None, "speedup_ci95": [], "speedup_vs": {"eager": 0.9},
    "baselines": [],
}
FROZEN = {"over_eager": [1.5, 1.4, 1.6], "replacement_over_frozen": [3.0, 2.8, 3.2]}


def record(problem: Problem, allowed: Dict[str, Any], **more: Any) -> Dict[str, Any]:
    return {
        "problem": problem.name, "problem_revision": problem.revision, "server": "aa", "budget_s": 60,
        "allowed": allowed, "seconds": {"allowed": 70.0}, **more,
    }


class OpsStudyTests(unittest.TestCase):
    def setUp(self) -> None:
        self.problems: List[Problem] = problems()[:4]

    def test_an_op_that_is_not_improved_counts_one_whatever_was_measured(self) -> None:
        unchanged = Answer(NOT_FASTER)
        self.assertEqual(unchanged.speedup, (1.0, 1.0, 1.0))
        self.assertEqual(unchanged.against("eager"), (1.0, 1.0, 1.0))
        self.assertAlmostEqual(geometric_mean([Answer(VERIFIED).speedup, unchanged.speedup]) or 0.0, 2.0)
        self.assertEqual(Answer({"error": "stopped"}).speedup, (1.0, 1.0, 1.0))

    def test_without_consent_counts_what_the_second_search_found(self) -> None:
        pruned = {**VERIFIED, "labels": ["algebraic-pruning"], "speedup": 16.0}
        found = Result(self.problems[0], record(self.problems[0], pruned, exact=NOT_FASTER))
        self.assertEqual((found.best.speedup[0], found.exact.speedup[0]), (16.0, 1.0))
        self.assertEqual(len(found.answers), 2)
        undecided = {**pruned, "verdict": "inconclusive", "speedup": None}
        found = Result(self.problems[0], record(self.problems[0], undecided, exact=VERIFIED))
        self.assertEqual((found.best.speedup[0], found.exact.speedup[0]), (4.0, 4.0))

    def test_a_replacement_that_the_other_program_did_not_pass_is_not_right(self) -> None:
        self.assertTrue(Answer(VERIFIED).is_right)
        for check in ({"passed": False}, {"unavailable": "no answer within 180 s"}, {}):
            self.assertFalse(Answer({**VERIFIED, "check": check}).is_right, check)
        self.assertTrue(Answer(NOT_FASTER).is_right)

    def test_frozen_inductor_that_is_faster_is_told_for_unimproved_ops_as_well(self) -> None:
        def behind(allowed: Dict[str, Any], frozen: Dict[str, Any]) -> bool:
            return Result(self.problems[0], record(self.problems[0], allowed, frozen=frozen)).is_behind_frozen

        self.assertFalse(behind(VERIFIED, FROZEN))
        self.assertTrue(behind(VERIFIED, {**FROZEN, "replacement_over_frozen": [0.8, 0.7, 0.9]}))
        self.assertTrue(behind(NOT_FASTER, FROZEN))
        self.assertFalse(behind(NOT_FASTER, {"over_eager": [1.0, 0.9, 1.1]}))
        self.assertFalse(behind(NOT_FASTER, {"unavailable": "crashed"}))

    def test_the_share_of_the_roof_is_that_of_what_memory_bounds(self) -> None:
        self.assertEqual(Answer(VERIFIED).share_of_roof, 0.82)
        self.assertIsNone(Answer({**VERIFIED, "streaming": {"unavailable": "no compiler"}}).share_of_roof)
        self.assertIsNone(Answer({**NOT_FASTER, "streaming": VERIFIED["streaming"]}).share_of_roof)
        functions = {"share": [0.82, 0.8, 0.84], "bound": "functions"}
        self.assertIsNone(Answer({**VERIFIED, "streaming": functions}).share_of_roof)
        self.assertEqual(ops_run.bytes_bounding(VERIFIED["roofline"]), 50_000_000)
        compute = {"detail": "At 90 % of the roof: 2.00 GFLOP at 360 GFLOP/s.", "figures": {}}
        self.assertIsNone(ops_run.bytes_bounding(compute))
        self.assertIsNone(ops_run.bytes_bounding(None))

    def test_a_second_start_goes_on_where_the_first_stopped(self) -> None:
        with tempfile.TemporaryDirectory(prefix="kernelwright-test-") as folder:
            data = Data(Path(folder) / "ops.jsonl")
            done, stopped, other, missing = self.problems
            data.add(record(done, VERIFIED))
            data.add(record(stopped, {"error": "exit 130"}))
            data.add({**record(other, VERIFIED), "problem_revision": "an earlier text"})
            self.assertEqual([data.is_done(each, "aa", 60) for each in self.problems], [True, True, False, False])
            self.assertFalse(data.is_done(stopped, "aa", 60, again=True))
            data.add(record(other, VERIFIED, exact={"error": "exit 130"}))
            self.assertTrue(data.is_done(other, "aa", 60))
            self.assertFalse(data.is_done(other, "aa", 60, again=True))
            self.assertFalse(data.is_done(done, "another server", 60) or data.is_done(done, "aa", 20))
            names = [each.name for each in results(data.records(), self.problems)]
            self.assertEqual(names, [each.name for each in (done, stopped, other)])
            data.keep_only("another server", 60)
            self.assertEqual(data.records(), [])

    def test_the_time_of_the_first_verified_improvement_is_read_from_the_log(self) -> None:
        self.assertTrue(ops_run.VERIFIED_LINE.match("  one pass over memory: verified (4.1× [4.0, 4.2] faster)"))
        for line in ("  one pass: not-faster (0.9×)", "[70 %] verifying one pass", "  note: verified (before)"):
            self.assertFalse(ops_run.VERIFIED_LINE.match(line), line)

    def test_the_page_names_what_is_wrong_and_the_pictures_are_well_formed(self) -> None:
        unconfirmed = {**VERIFIED, "check": {"passed": False, "failures": ["seed 1: output 0 is off by 80 units"]}}
        found = [
            Result(problem, record(problem, allowed, frozen=FROZEN))
            for problem, allowed in zip(self.problems, (VERIFIED, unconfirmed, NOT_FASTER, {"error": "exit 130"}))
        ]
        page = "\n".join(ops_page.findings(found, 5) + ops_page.means(found) + ops_page.every_problem(found))
        self.assertIn(f"1 of them not confirmed (`{self.problems[1].name}`)", page)
        self.assertIn(f"no answer and counts as not improved: 1 (`{self.problems[3].name}`)", page)
        self.assertIn("4 of 5 problems have been run", page)
        self.assertIn("| single | 4 | 2.00 [", page)
        for picture in (ops_plot.every_problem(found), ops_plot.every_family(found)):
            xml.etree.ElementTree.fromstring(picture)
            self.assertEqual(picture.count("nan"), 0)
        self.assertEqual(ops_plot.every_problem(found).count('class="unchanged" cx'), 2 + 1)


if __name__ == "__main__":
    unittest.main()
