#!/usr/bin/env python3
"""How fast inductor's frozen code is: `frozen_inductor.py PROBLEM [REPLACEMENT]` prints one JSON object.

Only the global setting freezes (`options={"freezing": True}` is ignored without a word), so this wants a process of its
own. Eager, frozen and the replacement are called in turns, in random order, on a few sets of inputs. `over_eager` is
how many times as fast as eager frozen inductor is, `replacement_over_frozen` how many times as fast as that the
replacement is: medians of paired log-ratios with bootstrapped 95 % intervals.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional

import torch
import torch._inductor.config as inductor

from loading import load

# Rounds until the time is up; fewer than the first make no interval. Before them, as many for each to get warm.
FEWEST, MOST, SECONDS, WARM_UP = 15, 80, 5.0, 4
RESAMPLES = 1000


def seconds_of(call: Callable[..., Any], inputs: List[Any]) -> float:
    start = time.perf_counter()
    call(*inputs)
    return time.perf_counter() - start


def ratio(over: List[float], under: List[float]) -> List[float]:
    """The median of the paired log-ratios and its 95 % percentile bootstrap interval."""
    logs = [math.log(a / b) for a, b in zip(over, under)]
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(logs, k=len(logs))) for _ in range(RESAMPLES))
    ends = statistics.median(logs), medians[round(0.025 * RESAMPLES)], medians[round(0.975 * RESAMPLES) - 1]
    return [math.exp(each) for each in ends]


def rounds(calls: Dict[str, Callable[..., Any]], sets: List[List[Any]]) -> Dict[str, List[float]]:
    """Seconds of each call, by name."""
    for call in calls.values():
        for each in range(WARM_UP):
            call(*sets[each % len(sets)])
    times: Dict[str, List[float]] = {name: [] for name in calls}
    end, done = time.perf_counter() + SECONDS, 0
    while done < FEWEST or (done < MOST and time.perf_counter() < end):
        for name in random.sample(sorted(calls), k=len(calls)):
            times[name].append(seconds_of(calls[name], sets[done % len(sets)]))
        done += 1
    return times


def measured(problem: ModuleType, replacement: Optional[Path]) -> Dict[str, Any]:
    torch.manual_seed(0)
    arguments = problem.get_init_inputs()
    eager = problem.Model(*arguments).eval()
    # A few sets of inputs in turn: one alone would stay in the caches.
    sets = [problem.get_inputs() for _ in range(4)]
    calls: Dict[str, Callable[..., Any]] = {"eager": eager, "frozen": torch.compile(eager)}
    inductor.freezing = True
    calls["frozen"](*sets[0])
    # A replacement may compile as well, and is not to be frozen by the way.
    inductor.freezing = False
    if replacement is not None:
        new = load(replacement, "replacement").ModelNew(*arguments).eval()
        new.load_state_dict(eager.state_dict(), strict=True)
        calls["replacement"] = new
    times = rounds(calls, sets)
    found: Dict[str, Any] = {f"{name}_ms": 1e3 * statistics.median(samples) for name, samples in times.items()}
    found["over_eager"] = ratio(times["eager"], times["frozen"])
    if replacement is not None:
        found["replacement_over_frozen"] = ratio(times["frozen"], times["replacement"])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", type=Path)
    parser.add_argument("replacement", type=Path, nargs="?")
    options = parser.parse_args()
    try:
        with torch.no_grad():
            print(json.dumps(measured(load(options.problem, "problem"), options.replacement)))
    except Exception as failure:  # the compiler's failures are of many kinds, and a baseline that crashes is a result
        first = (str(failure).strip().splitlines() or [""])[0]
        print(json.dumps({"unavailable": f"{type(failure).__name__}: {first}"[:300]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
