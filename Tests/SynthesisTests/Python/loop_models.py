"""Random loops over a dimension: one state or two, forwards and backwards, from nothing or from the first element, with
what steps give put together in several ways.

One function for each seed. `LOOP_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import random
from typing import Callable, List, Tuple

import torch

from seeded import cases, seeds


def make(seed: int) -> Tuple[Callable[[List[torch.Tensor]], object], List[Callable[[], torch.Tensor]]]:
    """A function of its tensors, and makers of these tensors; the steps are drawn once and then always the same."""
    draw = random.Random(seed)
    rank = draw.choice([2, 3, 3, 4])
    shape = [draw.choice([2, 3, 8, 19]) for _ in range(rank - 1)] + [draw.choice([8, 16, 37, 100])]
    dimension = draw.randrange(rank)
    length = draw.choice([4, 5, 9, 17])
    shape[dimension] = length
    rest = shape[:dimension] + shape[dimension + 1:]
    dtype = draw.choice([torch.float32] * 3 + [torch.float64])
    start = draw.choice(["zeros", "number", "argument", "first", "row"])
    kind = draw.choice(["linear", "gated", "nonlinear", "peak", "two", "crossed", "velocity"])
    gives = draw.choice(["state", "state", "before", "read", "both", "sum"])
    joined = draw.choice(["stack", "stack", "cat", "elsewhere"])
    is_reversed = draw.random() < 0.35
    ends = draw.random() < 0.3
    other = draw.randrange(rank)

    def step(state: torch.Tensor, second: object, x: torch.Tensor, y: torch.Tensor, rate: torch.Tensor) -> tuple:
        if kind == "linear":
            return rate * state + x, second
        if kind == "gated":
            keep = torch.sigmoid(y)
            return keep * state + (1.0 - keep) * torch.tanh(x), second
        if kind == "nonlinear":
            return torch.tanh(0.5 * state + x * y), second
        if kind == "peak":
            return torch.where(x.abs() > 0.9 * state, x.abs(), 0.9 * state), second
        if kind == "two":
            second = 0.3 * x + 0.7 * second
            return 0.5 * state + second * y, second
        if kind == "crossed":
            new = torch.tanh(second + x)
            return new, 0.5 * state + rate * second
        second = 0.9 * second + 0.1 * (x - state)
        return state + second, second

    def run(tensors: List[torch.Tensor]) -> object:
        x, y, rate, begin = tensors
        steps = list(range(length))
        if is_reversed:
            steps.reverse()
        given = []
        state = {
            "zeros": lambda: torch.zeros_like(begin), "number": lambda: 0.5, "argument": lambda: begin,
            "first": lambda: x.select(dimension, steps[0]), "row": lambda: rate,
        }[start]()
        second = torch.zeros_like(begin) if start != "row" else rate * 2
        if start == "first":
            given.append(state)
            steps = steps[1:]
        for t in steps:
            before = state
            state, second = step(state, second, x.select(dimension, t), y.select(dimension, t), rate)
            if gives == "before" and start not in ("number", "first", "row"):
                given.append(before)
            elif gives == "read":
                given.append(state * y.select(dimension, t) + 1.0)
            elif gives == "sum" and rank > 2 and start != "first":
                given.append((state * x.select(dimension, t)).sum(-1))
            else:
                given.append(state)
        if is_reversed:
            given.reverse()
        at = min(other if joined == "elsewhere" else dimension, given[0].dim())
        if joined == "cat":
            result = torch.cat([each.unsqueeze(at) for each in given], at)
        else:
            result = torch.stack(given, at)
        if gives == "both":
            result = torch.relu(result) + 0.5
        return (result, state) if ends else result

    def tensor(*extents: int) -> Callable[[], torch.Tensor]:
        return lambda: torch.randn(*extents, dtype=dtype)

    return run, [tensor(*shape), tensor(*shape), lambda: torch.rand(rest[-1], dtype=dtype), tensor(*rest)]


_functions, CASES = cases("loop", make, seeds("LOOP_SEEDS", "0:40"))
globals().update(_functions)
