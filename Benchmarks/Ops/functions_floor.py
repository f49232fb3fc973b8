"""About the least time that the costliest of an op's exponentials, logarithms and the like takes.

An op that reads a number and takes a logarithm of it is bounded by arithmetic, however the roofline's "one operation
an element" looks. Counted are the vector instructions of the shortest ways that we know in float32, with instructions
that split a number's exponent off and estimate reciprocals; and of all that is called only the costliest call, because
others may be taken together with it. The machine is taken to do as many instructions as multiply-adds that wait for
nothing.
"""

from __future__ import annotations

import ctypes
import time
from typing import Any, Callable, Dict

import torch
from torch.utils._python_dispatch import TorchDispatchMode

EXP, LOG, DIVIDE, TANH, ERF, SINE = 10, 13, 4, 12, 16, 12
SIGMOID = EXP + DIVIDE
INSTRUCTIONS: Dict[str, int] = {
    "exp": EXP, "exp2": EXP, "expm1": EXP, "log": LOG, "log2": LOG, "log10": LOG, "log1p": LOG, "tanh": TANH,
    "erf": ERF, "erfc": ERF, "sin": SINE, "cos": SINE, "div": DIVIDE, "reciprocal": DIVIDE,
    "sqrt": DIVIDE, "rsqrt": DIVIDE, "sigmoid": SIGMOID, "silu": SIGMOID, "gelu": TANH, "mish": SIGMOID,
    "softplus": EXP + LOG, "log_sigmoid_forward": EXP + LOG, "elu": EXP, "celu": EXP, "selu": EXP,
    "_softmax": EXP, "_log_softmax": EXP, "_safe_softmax": EXP, "logsumexp": EXP,
    "binary_cross_entropy_with_logits": EXP + LOG, "binary_cross_entropy": LOG,
}
PEAK_SOURCE = r"""
#include <cstdint>
#if defined(__AVX512F__)
constexpr int bytes = 64;
#elif defined(__AVX__)
constexpr int bytes = 32;
#else
constexpr int bytes = 16;
#endif
typedef float number __attribute__((vector_size(bytes)));
extern "C" int64_t kw_numbers_a_step() { return 12 * bytes / 4; }
// Multiply-adds of independent numbers, in as many registers as hide that each waits for the one before it.
extern "C" float kw_multiply_add(int64_t count, int64_t threads) {
  float all = 0;
#pragma omp parallel num_threads(threads) reduction(+ : all)
  {
    number a[12];
    for (int k = 0; k < 12; ++k) a[k] = number{} + float(k * threads);  // different ones: equal ones would be done once
    for (int64_t i = 0; i < count; ++i)
      for (int k = 0; k < 12; ++k) a[k] = a[k] * 0.5f + 1.0f;
    for (int k = 0; k < 12; ++k) all += a[k][0];
  }
  return all;
}
"""
ROUNDS, COUNT = 7, 200_000


class Functions(TorchDispatchMode):
    """The most instructions that one of the calls takes."""

    def __init__(self) -> None:
        super().__init__()
        self.instructions = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        each = INSTRUCTIONS.get(str(func._overloadpacket).partition(".")[2].rstrip("_"), 0)
        tensors = [value for value in args if isinstance(value, torch.Tensor)]
        # Of a quotient the divisor is turned over, once an element of its own; numbers are turned over beforehand.
        is_quotient = func._overloadpacket in (torch.ops.aten.div, torch.ops.aten.div_)
        taken = tensors[1:2] if is_quotient else tensors[:1]
        if each and taken and taken[0].is_floating_point():
            self.instructions = max(self.instructions, each * taken[0].numel())
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
    return COUNT * int(library.kw_numbers_a_step()) * threads / least
