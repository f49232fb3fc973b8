"""The figures of the op benchmark: what each record says, and what all of them say together."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from .ops_run import PRUNING
from .problem_set import Problem

Record = Dict[str, Any]
EAGER, COMPILED = "eager", "torch.compile"
Interval = Tuple[float, float, float]
"""Estimate, lower and upper end of the 95 % interval."""


@dataclass(frozen=True)
class Answer:
    """What one search came to."""

    found: Record

    @property
    def is_verified(self) -> bool:
        return self.found.get("verdict") == "verified"

    @property
    def is_right(self) -> bool:
        """The other program agrees; what is not offered can't be wrong."""
        return not self.is_verified or bool(self.found.get("check", {}).get("passed"))

    @property
    def is_pruned(self) -> bool:
        return PRUNING in self.found.get("labels", [])

    @property
    def speedup(self) -> Interval:
        """Against the faster of eager and `torch.compile`; an op that is not improved stays as fast as it was."""
        if not self.is_verified:
            return 1.0, 1.0, 1.0
        low, high = self.found["speedup_ci95"]
        return self.found["speedup"], low, high

    def against(self, baseline: str) -> Optional[Interval]:
        """Against one baseline; None where that could not be timed."""
        if not self.is_verified:
            return 1.0, 1.0, 1.0
        ratio = self.found["speedup_vs"].get(baseline)
        if ratio is None:
            return None
        low, high = self.found["speedup_vs_ci95"].get(baseline) or (ratio, ratio)
        return ratio, low, high

    @property
    def share_of_roof(self) -> Optional[float]:
        """Of the bandwidth that a plain kernel gets which moves as much, where memory bounds a verified candidate."""
        streaming = self.found.get("streaming", {})
        return streaming["share"][0] if self.is_verified and streaming.get("bound") == "memory" else None


@dataclass(frozen=True)
class Result:
    """One problem and its record."""

    problem: Problem
    record: Record

    @property
    def name(self) -> str:
        return self.problem.name

    @property
    def error(self) -> Optional[str]:
        """Why a search gave no answer, the one with consent or the one without."""
        return error_of(self.record)

    @property
    def best(self) -> Answer:
        """With consent to rewrites that remove work, which takes nothing away from what is found without."""
        allowed = Answer(self.record["allowed"])
        return self.exact if self.exact.is_verified and not allowed.is_verified else allowed

    @property
    def exact(self) -> Answer:
        """Without that consent: searched again where the best one needs it."""
        return Answer(self.record.get("exact", self.record["allowed"]))

    @property
    def answers(self) -> List[Answer]:
        return [Answer(self.record[kind]) for kind in ("allowed", "exact") if kind in self.record]

    @property
    def eager_ms(self) -> Optional[float]:
        timings = self.record["allowed"].get("baselines", [])
        return next((each.get("median_ms") for each in timings if each["name"] == EAGER), None)

    @property
    def frozen(self) -> Optional[Interval]:
        """Frozen inductor against eager, in a process of their own."""
        return self._timed("over_eager")

    @property
    def against_frozen(self) -> Optional[Interval]:
        """The replacement against frozen inductor, timed beside each other."""
        return self._timed("replacement_over_frozen") if self.best.is_verified else (1.0, 1.0, 1.0)

    @property
    def is_behind_frozen(self) -> bool:
        """Frozen inductor is faster than what is offered, or than eager code where nothing is."""
        if self.best.is_verified:
            return self.against_frozen is not None and self.against_frozen[2] < 1.0
        return self.frozen is not None and self.frozen[1] > 1.0

    def _timed(self, name: str) -> Optional[Interval]:
        found = self.record.get("frozen", {}).get(name)
        return (found[0], found[1], found[2]) if found else None


def geometric_mean(ratios: Iterable[Optional[Interval]]) -> Optional[float]:
    known = [each[0] for each in ratios if each is not None]
    return math.exp(statistics.fmean(map(math.log, known))) if known else None


def median(values: Iterable[Optional[float]]) -> Optional[float]:
    known = [each for each in values if each is not None]
    return statistics.median(known) if known else None


class Data:
    """The JSON Lines file: one record a problem, its revision and a server."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def records(self) -> List[Record]:
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    def add(self, record: Record) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record, sort_keys=True) + "\n")

    def is_done(self, problem: Problem, server: str, budget_s: int, *, again: bool = False) -> bool:
        """Whether there is a record; one without an answer counts, or no end would come, unless `again` is wanted."""
        key = (problem.name, problem.revision, server, budget_s)
        return any(key_of(each) == key and not (again and error_of(each)) for each in self.records())

    def keep_only(self, server: str, budget_s: int) -> None:
        """Drops what another server or budget gave: figures of different ones don't belong in one table."""
        kept = [each for each in self.records() if (each["server"], each["budget_s"]) == (server, budget_s)]
        if self.path.exists():
            text = "".join(json.dumps(each, sort_keys=True) + "\n" for each in kept)
            self.path.write_text(text, encoding="utf-8")


def error_of(record: Record) -> Optional[str]:
    return next((each["error"] for each in (record["allowed"], record.get("exact", {})) if "error" in each), None)


def key_of(record: Record) -> Tuple[str, str, str, int]:
    return record["problem"], record["problem_revision"], record["server"], record["budget_s"]


def results(records: Sequence[Record], problems: Sequence[Problem]) -> List[Result]:
    """The last record of each problem as it is now; records of earlier texts of it count for nothing."""
    latest = {(record["problem"], record["problem_revision"]): record for record in records}
    keys = [(problem, (problem.name, problem.revision)) for problem in problems]
    return [Result(problem, latest[key]) for problem, key in keys if key in latest]
