"""Measurements as people make them: a plain Python process, `time.perf_counter`, nothing between the op and the clock.

One JSON object a line asks, one answers: `usual`, `scale`, `call` (see their functions).
"""

import json
import mmap
import os
import statistics
import sys
import time
from typing import Any, Dict, List

import torch

# The usual loop: ten calls to warm up, then the mean of a hundred.
WARM_UP, CALLS = 10, 100
STATE: Dict[str, Any] = {}


def model_of(source: str, name: str) -> Any:
    space: Dict[str, Any] = {"__name__": "op"}
    exec(compile(source, "<op>", "exec"), space)
    return space[name]().eval(), space


def mean_ms(model: Any, inputs: List[Any]) -> float:
    for _ in range(WARM_UP):
        model(*inputs)
    start = time.perf_counter()
    for _ in range(CALLS):
        model(*inputs)
    return (time.perf_counter() - start) / CALLS * 1e3


def usual(question: Dict[str, Any]) -> Dict[str, Any]:
    """One contender after the other, each on the same inputs over and over."""
    first, space = model_of(question["first"], "Model")
    second, _ = model_of(question["second"], "ModelNew")
    inputs = space["get_inputs"]()
    with torch.inference_mode():
        return {"first_ms": mean_ms(first, inputs), "second_ms": mean_ms(second, inputs)}


def scale(question: Dict[str, Any]) -> Dict[str, Any]:
    """How a call's time grows with the repetitions in it: milliseconds that repeat and that do not, from a straight
    line through medians, with warm caches and with cold ones."""
    models = [model_of(source, "Model") for source in question["sources"]]
    inputs = models[0][1]["get_inputs"]()
    times: Dict[str, List[List[float]]] = {state: [[] for _ in models] for state in ("warm", "cold")}
    with torch.inference_mode():
        for turn in range(question["times"] + 1):
            for index, (model, _) in enumerate(models):
                for state in ("cold", "warm"):
                    if state == "cold":
                        flush(question["flush"])
                    start = time.perf_counter()
                    model(*inputs)
                    elapsed = time.perf_counter() - start
                    if turn:  # the first one warms up
                        times[state][index].append(elapsed * 1e3)
    reply = {}
    for state, samples in times.items():
        fit = statistics.linear_regression(question["counts"], [statistics.median(each) for each in samples])
        reply[state] = {"per_repeat_ms": fit.slope, "fixed_ms": fit.intercept}
    return reply


def flush(size: int) -> None:
    buffer = STATE.get("flush")
    if buffer is None or buffer.numel() != size // 8:
        buffer = STATE["flush"] = torch.ones(size // 8, dtype=torch.int64)
    buffer[::8].sum()


def call(question: Dict[str, Any]) -> Dict[str, Any]:
    """One call on inputs that were written just before, in memory of the kind that a worker's inputs lie in."""
    if "source" in question:
        STATE["model"], space = model_of(question["source"], "Model")
        given = space["get_inputs"]()[0]
        memory = mmap.mmap(-1, given.numel() * given.element_size(), mmap.MAP_SHARED)
        STATE["x"], STATE["fresh"] = torch.frombuffer(memory, dtype=given.dtype).view(given.shape), given
    model, x = STATE["model"], STATE["x"]
    x.copy_(STATE["fresh"])
    if question["flush"]:
        flush(question["flush"])
    with torch.inference_mode():
        start = time.perf_counter()
        result = model(x)
        elapsed = time.perf_counter() - start
    del result
    return {"seconds": elapsed}


def main() -> None:
    torch.set_num_threads(int(sys.argv[1]))
    for line in sys.stdin:
        question = json.loads(line)
        reply = {"usual": usual, "scale": scale, "call": call}[question["do"]](question)
        print(json.dumps(reply), flush=True)
    os._exit(0)


main()
