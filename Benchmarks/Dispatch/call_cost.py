"""call_cost.py REPLACEMENT: what a call of a generated replacement costs beside its kernel, as JSON.

The op's tensors are so small that the kernel takes a fraction of a microsecond. From the time of a call is taken what
any op would have to pay: `torch.nn.Module` calling `forward`, and PyTorch making the result. All are taken in turns,
in rounds; the median of a round's difference counts.
"""
from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, List

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Ops"))
from loading import load  # noqa: E402

ROUNDS, CALLS = 60, 4000


class Allocating(nn.Module):
    """The least that an op can be: called as a module, its result made."""

    def __init__(self, like: torch.Tensor) -> None:
        super().__init__()
        self.size, self.dtype = tuple(like.shape), like.dtype

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.empty(*self.size, dtype=self.dtype)


def per_call(call: Callable[[], object]) -> float:
    """Microseconds."""
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS * 1e6


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kernelwright-dispatch-") as cache:
        os.environ["XDG_CACHE_HOME"] = cache  # so that the kernel is built
        return measure(Path(sys.argv[1]))


def measure(replacement: Path) -> int:
    op = load(replacement, "replacement")
    inputs = op.get_inputs()
    original, model = op.Model().eval(), op.ModelNew().eval()
    model.load_state_dict(original.state_dict())
    with torch.inference_mode():
        start = time.perf_counter()
        result = model(*inputs)
        first_call_s = time.perf_counter() - start
        least = Allocating(result)
        rounds: List[List[float]] = []
        for _ in range(ROUNDS):
            rounds.append([per_call(lambda each=each: each(*inputs)) for each in (model, least, original)])
    rounds = rounds[ROUNDS // 10 :]
    print(
        json.dumps(
            {
                "call_us": statistics.median(each[0] for each in rounds),
                "own_us": sorted(each[0] - each[1] for each in rounds),
                "original_us": statistics.median(each[2] for each in rounds),
                "first_call_s": first_call_s,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
