"""Times frozen inductor beside eager and a replacement: `python ops_frozen.py REFERENCE [CANDIDATE]`.

Run as a file by a Python that has torch, one problem a process: freezing is a global setting of inductor, and Dynamo
caches by code object. The calls are interleaved in random order, on two threads, warm; prints one JSON object with
medians, and the ratios of neighbouring calls with bootstrapped 95 % intervals.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import sys
import time
from typing import Any, Callable, Dict, List

import torch
from ops_recheck import load

import torch._inductor.config

SECONDS, FEWEST, MOST, WARM_UP, RESAMPLES = 4.0, 15, 120, 3, 1000


def ratio(over: List[float], under: List[float]) -> List[float]:
    """The median of the paired log-ratios, and its interval: estimate, low, high."""
    logs = [math.log(a / b) for a, b in zip(over, under)]
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(logs, k=len(logs))) for _ in range(RESAMPLES))
    ends = (statistics.median(logs), medians[round(0.025 * RESAMPLES)], medians[round(0.975 * RESAMPLES) - 1])
    return [math.exp(each) for each in ends]


def main() -> int:
    torch._inductor.config.freezing = True
    reference = load(sys.argv[1], "reference")
    torch.manual_seed(1)
    arguments = reference.get_init_inputs()
    eager = reference.Model(*arguments).eval()
    inputs = reference.get_inputs()
    calls: Dict[str, Callable[[], Any]] = {"eager": lambda: eager(*inputs)}
    found: Dict[str, Any] = {}
    with torch.no_grad():
        if len(sys.argv) > 2:
            new = load(sys.argv[2], "candidate").ModelNew(*arguments)
            new.load_state_dict(eager.state_dict(), strict=True)
            new.eval()
            calls["candidate"] = lambda: new(*inputs)
        try:
            frozen = torch.compile(eager)
            frozen(*inputs)
            calls["frozen"] = lambda: frozen(*inputs)
        except Exception as problem:  # whatever inductor raises is the finding
            found["frozen_unavailable"] = f"{type(problem).__name__}: {problem}"[:200]
        times: Dict[str, List[float]] = {name: [] for name in calls}
        for call in calls.values():
            for _ in range(WARM_UP):
                call()
        end, order = time.perf_counter() + SECONDS, random.Random(2)
        while len(times["eager"]) < FEWEST or (time.perf_counter() < end and len(times["eager"]) < MOST):
            for name in order.sample(sorted(calls), len(calls)):
                start = time.perf_counter()
                calls[name]()
                times[name].append(1e3 * (time.perf_counter() - start))
    for name, samples in times.items():
        found[f"{name}_ms"] = statistics.median(samples)
    for over, under in (("eager", "frozen"), ("eager", "candidate"), ("frozen", "candidate")):
        if over in times and under in times:
            found[f"{over}_over_{under}"] = ratio(times[over], times[under])
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
