"""What the records of the timing study say: see scripts/timing-study."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

from . import intervals

Record = Dict[str, Any]
# The usual loop has no rule of its own for when a difference is one: people report anything. Two per cent is kind.
USUAL_THRESHOLD = 0.02


class Method(NamedTuple):
    """One way to time: the words for it, and how it is read out of a pair."""

    name: str
    title: str


PROTOCOL = Method("protocol", "Kernelwright's protocol")
USUAL = Method("usual", "The usual loop")


class Pair(NamedTuple):
    """One pair as one method saw it. Ratios are above 1 where the candidate is faster."""

    percent: int  # difference of the candidate's work from the op's own
    truth: float
    ratio: Optional[float]
    low: Optional[float]
    high: Optional[float]
    claim: str  # faster, slower, none, inconclusive

    @property
    def error(self) -> Optional[float]:
        """By how much the ratio differs from the true one, relative."""
        return None if self.ratio is None else self.ratio / self.truth - 1

    @property
    def claims(self) -> bool:
        return self.claim in ("faster", "slower")

    @property
    def is_right(self) -> bool:
        return self.claims and self.percent != 0 and (self.claim == "faster") == (self.percent < 0)


class Study:
    """The records of one file."""

    def __init__(self, path: Path) -> None:
        records = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                records.append(json.loads(line))
            except ValueError:
                continue  # cut off when the study was interrupted
        self.runs: List[Record] = [r for r in records if r["kind"] == "run"]
        self.records: List[Record] = [r for r in records if r["kind"] == "pair"]
        self.fixed = self._fixed_shares([r for r in records if r["kind"] == "scale" and not r["busy"]])

    @staticmethod
    def _fixed_shares(scales: List[Record]) -> Dict[Tuple[str, str], float]:
        """Of each op and state of the caches: what does not repeat, in repetitions."""
        shares: Dict[Tuple[str, str], float] = {}
        for op in {record["op"] for record in scales}:
            for state in ("cold", "warm"):
                lines = [record["states"][state] for record in scales if record["op"] == op]
                each = [line["fixed_ms"] / line["per_repeat_ms"] for line in lines]
                shares[op, state] = max(0.0, statistics.median(each))
        return shares

    def pairs(self, method: Method, busy: bool) -> List[Pair]:
        chosen = [record for record in self.records if record["place"]["busy"] == busy]
        return [self._of_protocol(r) if method == PROTOCOL else self._of_usual(r) for r in chosen]

    def state(self, state: str, busy: bool = False) -> List[Pair]:
        """The protocol's ratios with caches in one state."""
        chosen = [record for record in self.records if record["place"]["busy"] == busy]
        return [self._of_protocol(record, state) for record in chosen]

    def _truth(self, record: Record, state: str) -> float:
        fixed = self.fixed.get((record["op"], state), 0.0)
        return (fixed + record["repeats"]) / (fixed + record["other_repeats"])

    def _of_protocol(self, record: Record, state: str = "") -> Pair:
        state = state or record.get("state") or "warm"
        found = record.get(state) or {}
        low, high = self._told(found, record["noise"])
        return Pair(
            record["other_repeats"] - record["repeats"], self._truth(record, state), found.get("estimate"), low, high,
            record["claim"],
        )

    @staticmethod
    def _told(found: Record, noise: float) -> Tuple[Optional[float], Optional[float]]:
        """The interval as the product tells it: with what identical code showed (`TimingAnalysis.stated`)."""
        if not found:
            return None, None
        estimate = found["estimate"]
        below, above = (math.hypot(math.log(found[end] / estimate), noise) for end in ("low", "high"))
        return estimate * math.exp(-below), estimate * math.exp(above)

    def _of_usual(self, record: Record) -> Pair:
        ratio = record["usual"]["first_ms"] / record["usual"]["second_ms"]
        far = abs(math.log(ratio)) > math.log1p(USUAL_THRESHOLD)
        claim = ("faster" if ratio > 1 else "slower") if far else "none"
        percent = record["other_repeats"] - record["repeats"]
        return Pair(percent, self._truth(record, "warm"), ratio, None, None, claim)


def of_size(pairs: Iterable[Pair], size: int) -> List[Pair]:
    return [pair for pair in pairs if abs(pair.percent) == size]


class Share(NamedTuple):
    """How many of how many, with the exact interval."""

    count: int
    total: int

    @classmethod
    def of(cls, flags: Iterable[bool]) -> "Share":
        flags = list(flags)
        return cls(sum(flags), len(flags))

    @property
    def interval(self) -> Tuple[float, float]:
        return intervals.of_share(self.count, self.total)

    def __str__(self) -> str:
        if not self.total:
            return "–"
        low, high = self.interval
        return f"{self.count}/{self.total} = {100 * self.count / self.total:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def bias(pairs: Iterable[Pair]) -> Optional[Tuple[float, float, float]]:
    """Median of the exaggeration, per cent, with its interval: above 0 the difference looks larger than it is; for
    identical code, the candidate looks faster than it is."""
    signed = []
    for pair in pairs:
        if pair.ratio is not None:
            direction = -1.0 if pair.percent > 0 else 1.0
            signed.append(100 * direction * math.log(pair.ratio / pair.truth))
    if not signed:
        return None
    return (statistics.median(signed), *intervals.of_median(signed))


def covered(pairs: Iterable[Pair]) -> Share:
    """Intervals that hold the true ratio."""
    return Share.of(p.low <= p.truth <= p.high for p in pairs if p.low is not None and p.high is not None)
