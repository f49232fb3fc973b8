#!/usr/bin/env python3
"""How fast inductor's frozen code is: `frozen_inductor.py PROBLEM` prints one JSON object.

Only the global setting freezes (`options={"freezing": True}` is ignored without a word), so this wants a process of its
own. Eager and frozen calls are timed in turns on fresh inputs; `ratio` is eager over frozen, from paired log-ratios.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import random
import statistics
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, List

import torch
import torch._inductor.config as inductor

# Pairs until the time is up; fewer than the first make no interval.
FEWEST_PAIRS, MOST_PAIRS, SECONDS = 15, 80, 5.0
RESAMPLES = 1000


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("problem", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seconds_of(call: Callable[..., Any], inputs: List[Any]) -> float:
    start = time.perf_counter()
    call(*inputs)
    return time.perf_counter() - start


def interval(samples: List[float]) -> List[float]:
    """95 % percentile bootstrap of the median."""
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(samples, k=len(samples))) for _ in range(RESAMPLES))
    return [medians[round(0.025 * RESAMPLES)], medians[round(0.975 * RESAMPLES) - 1]]


def measured(problem: ModuleType) -> Dict[str, Any]:
    torch.manual_seed(0)
    eager = problem.Model(*problem.get_init_inputs()).eval()
    frozen = torch.compile(eager)
    # A few sets of inputs in turn: one alone would stay in the caches.
    sets = [problem.get_inputs() for _ in range(4)]
    start = time.perf_counter()
    frozen(*sets[0])
    compiling = time.perf_counter() - start
    for inputs in sets:
        seconds_of(eager, inputs), seconds_of(frozen, inputs)
    pairs: List[Dict[str, float]] = []
    end = time.perf_counter() + SECONDS
    while len(pairs) < MOST_PAIRS and (time.perf_counter() < end or len(pairs) < FEWEST_PAIRS):
        inputs = sets[len(pairs) % len(sets)]
        contenders = {"eager": eager, "frozen": frozen}
        order = random.sample(sorted(contenders), k=2)
        pairs.append({name: seconds_of(contenders[name], inputs) for name in order})
    logs = [math.log(each["eager"] / each["frozen"]) for each in pairs]
    return {
        "ratio": math.exp(statistics.median(logs)), "ratio_ci95": [math.exp(each) for each in interval(logs)],
        "eager_ms": 1e3 * statistics.median(each["eager"] for each in pairs),
        "frozen_ms": 1e3 * statistics.median(each["frozen"] for each in pairs),
        "pairs": len(pairs), "compile_s": round(compiling, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problem", type=Path)
    options = parser.parse_args()
    inductor.freezing = True
    try:
        with torch.no_grad():
            print(json.dumps(measured(load(options.problem))))
    except Exception as failure:  # the compiler's failures are of many kinds, and a baseline that crashes is a result
        print(json.dumps({"unavailable": f"{type(failure).__name__}: {str(failure).strip().splitlines()[:1]}"[:300]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
