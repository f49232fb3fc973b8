"""The least time that an op's exponentials, logarithms and the like take, whoever computes them.

An op that reads a byte and takes a logarithm of it is bounded by arithmetic, however the roofline's "one operation an
element" looks. Counted are vector instructions of short polynomials in float32, fewer than libraries need, and of an op
written with several functions only what no rewriting avoids; the machine is taken to do as many of them as it does
multiply-adds that wait for nothing.
"""

from __future__ import annotations

import ctypes
import time
from typing import Any, Callable, Dict

import torch
from torch.utils._python_dispatch import TorchDispatchMode

EXP, LOG, DIVIDE, TANH, ERF, SINE = 14, 20, 8, 17, 22, 20
SIGMOID = EXP + DIVIDE
INSTRUCTIONS: Dict[str, int] = {
    "exp": EXP, "exp2": EXP, "expm1": EXP, "log": LOG, "log2": LOG, "log10": LOG, "log1p": LOG, "tanh": TANH,
    "erf": ERF, "erfc": ERF, "sin": SINE, "cos": SINE, "div": DIVIDE, "reciprocal": DIVIDE,
    "sqrt": DIVIDE, "rsqrt": DIVIDE, "sigmoid": SIGMOID, "silu": SIGMOID, "gelu": TANH, "mish": SIGMOID,
    "softplus": EXP + LOG, "log_sigmoid_forward": EXP + LOG, "elu": EXP, "celu": EXP, "selu": EXP,
    "_softmax": EXP, "_log_softmax": EXP, "_safe_softmax": EXP, "logsumexp": EXP,
    "binary_cross_entropy_with_logits": EXP + LOG, "binary_cross_entropy": 2 * LOG,
}
PEAK_SOURCE = r"""
#include <cstdint>
typedef float vec __attribute__((vector_size(64), aligned(4)));
// Multiply-adds of independent numbers, in as many registers as hide that each waits for the one before it.
extern "C" float kw_multiply_add(int64_t count, int64_t threads) {
  float all = 0;
#pragma omp parallel num_threads(threads) reduction(+ : all)
  {
    vec a[12];
    for (int k = 0; k < 12; ++k) a[k] = vec{} + float(k * threads);  // different ones: equal ones would be done once
    for (int64_t i = 0; i < count; ++i)
      for (int k = 0; k < 12; ++k) a[k] = a[k] * 0.5f + 1.0f;
    for (int k = 0; k < 12; ++k) all += a[k][0];
  }
  return all;
}
"""
ROUNDS, COUNT, LANES_A_STEP = 7, 200_000, 12 * 16


class Functions(TorchDispatchMode):
    """Adds up the instructions of what is called, an element each."""

    def __init__(self) -> None:
        super().__init__()
        self.instructions = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        each = INSTRUCTIONS.get(str(func._overloadpacket).partition(".")[2].rstrip("_"), 0)
        first = next((value for value in args if isinstance(value, torch.Tensor)), None)
        # What is divided by a number is multiplied by another one.
        is_by_number = func._overloadpacket in (torch.ops.aten.div, torch.ops.aten.div_) and (
            len(args) > 1 and (not isinstance(args[1], torch.Tensor) or args[1].numel() == 1)
        )
        if each and first is not None and first.is_floating_point() and not is_by_number:
            self.instructions += each * first.numel()
        return result


def instructions_of(call: Callable[[], Any]) -> int:
    with Functions() as counter:
        call()
    return counter.instructions


def multiply_adds_a_second(library: ctypes.CDLL, threads: int) -> float:
    """In numbers, not in vectors: the most of a few rounds."""
    function = library.kw_multiply_add
    function.argtypes, function.restype = [ctypes.c_int64, ctypes.c_int64], ctypes.c_float
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        function(COUNT, threads)
        least = min(least, time.perf_counter() - start)
    return COUNT * LANES_A_STEP * threads / least
