"""Intervals for medians and for shares."""

from __future__ import annotations

import math
import random
import statistics
from typing import Callable, Sequence, Tuple

RESAMPLES = 2000


def of_median(samples: Sequence[float]) -> Tuple[float, float]:
    """95 % percentile bootstrap; the seed is fixed so that the same samples give the same interval."""
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(samples, k=len(samples))) for _ in range(RESAMPLES))
    return medians[round(0.025 * RESAMPLES)], medians[round(0.975 * RESAMPLES) - 1]


def of_share(count: int, total: int) -> Tuple[float, float]:
    """The exact 95 % interval of a share (Clopper and Pearson, Biometrika 26, 1934)."""
    if total == 0:
        return 0.0, 1.0
    low = 0.0 if count == 0 else _root(lambda p: 1 - _at_most(count - 1, total, p) - 0.025)
    high = 1.0 if count == total else _root(lambda p: 0.025 - _at_most(count, total, p))
    return low, high


def _at_most(count: int, total: int, p: float) -> float:
    """Probability of at most `count` among `total` with chance `p` each."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return float(count >= total)
    logs = (
        math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
        + k * math.log(p) + (total - k) * math.log1p(-p)
        for k in range(count + 1)
    )
    return math.fsum(math.exp(each) for each in logs)


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
