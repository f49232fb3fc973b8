#!/usr/bin/env python3
"""How much of the memory's bandwidth a replacement uses: `streaming_share.py PROBLEM REPLACEMENT BYTES`.

Prints one JSON object. A plain kernel on all threads reads and writes as many bytes as the op can't avoid, its results
and the rest of `BYTES`, and does nothing else. Both are called in turns, in random order, and each call reads other
memory than the ones before it, more in all than a last-level cache holds; what calls them is warm, as in a model (a
flush would put out the interpreter too, which then takes as long as a small kernel). `share` is how long the plain
kernel takes beside the replacement, writing past the caches or through them, whichever is faster: the median of paired
ratios with its bootstrapped 95 % interval. `bound` is `functions` where the op's exponentials and the like alone take
longer than the plain kernel (`functions_floor.py`). Parameters are the same in every call; of tables that are looked
up, only what is asked for is read, and none of it is counted. One figure for all machines and mixes won't do: memory
gives less to reads alone than to reads and writes together, and on a shared machine half as much as a minute ago.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Callable, Dict, List

import torch
from torch.utils._pytree import tree_leaves, tree_map_only

from check_replacement import outputs_of
from frozen_inductor import ratio
from functions_floor import PEAK_SOURCE, instructions_of, multiply_adds_a_second
from loading import load

ROUNDS, WARM_UP = 21, 3
# Read before the same memory is read again; more than a last-level cache holds.
BETWEEN_BYTES = 128 << 20
MOST_COPIES = 1024
PLAIN = ("past caches", "through caches")
SOURCE = r"""
#include <cstddef>
#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));
// A little of what is read, then the same share of what is written, past the caches where that is asked for.
extern "C" float kw_stream(const float* in, int64_t read, float* out, int64_t written, bool past, int64_t threads) {
  const int64_t pieces = (read + written) / 512 + 1;
  float all = 0;
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : all)
  for (int64_t piece = 0; piece < pieces; ++piece) {
    vec sums[4] = {};
    int64_t i = read * piece / pieces / 16 * 16;
    const int64_t end = read * (piece + 1) / pieces / 16 * 16;
    for (; i + 64 <= end; i += 64)
      for (int k = 0; k < 4; ++k) sums[k] += *(const vec*)(in + i + 16 * k);
    for (; i < end; i += 16) sums[0] += *(const vec*)(in + i);
    const vec sum = sums[0] + sums[1] + sums[2] + sums[3];
    const int64_t last = written * (piece + 1) / pieces / 16 * 16;
    for (int64_t i = written * piece / pieces / 16 * 16; i < last; i += 16) {
#if defined(__SSE2__)
      if (past) {
        for (int k = 0; k < 16; k += 4) _mm_stream_ps(out + i + k, _mm_set1_ps(sum[k]));
        continue;
      }
#endif
      *(vec*)(out + i) = sum;
    }
    all += sum[0];
  }
#if defined(__SSE2__)
  _mm_sfence();
#endif
  return all;
}
"""


def built() -> ctypes.CDLL:
    """The plain kernels, with the OpenMP runtime that PyTorch brought: two would wait side by side."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    runtimes = sorted(set(re.findall(r"/\S*lib(?:gomp|iomp5|omp)[-.\w]*\.so[.\d]*", maps)))
    with tempfile.TemporaryDirectory(prefix="kernelwright-streaming-") as folder:
        code, object_file, library = (Path(folder) / name for name in ("stream.cpp", "stream.o", "stream.so"))
        code.write_text(SOURCE + PEAK_SOURCE, encoding="utf-8")
        flags = ["-O3", "-march=native", "-fopenmp", "-fPIC", "-Wno-psabi"]
        subprocess.run(["c++", *flags, "-c", code, "-o", object_file], check=True)
        subprocess.run(["c++", "-shared", object_file, *(runtimes[:1] or ["-fopenmp"]), "-o", library], check=True)
        return ctypes.CDLL(str(library))


def streaming(library: ctypes.CDLL, read: int, written: int, past: bool) -> Callable[[], Any]:
    """Reads so many bytes and writes so many, past the caches or through them."""
    function = library.kw_stream
    sizes = [ctypes.c_void_p, ctypes.c_int64]
    function.argtypes = [*sizes, *sizes, ctypes.c_bool, ctypes.c_int64]
    function.restype = ctypes.c_float
    target, threads = torch.ones(max(written // 4, 16)), torch.get_num_threads()
    sources = itertools.cycle([torch.ones(max(read // 4, 64)) for _ in range(copies(read))])

    def call() -> Any:
        return function(next(sources).data_ptr(), read // 4, target.data_ptr(), written // 4, past, threads)

    return call


def copies(size: int) -> int:
    return min(BETWEEN_BYTES // max(size, 1) + 2, MOST_COPIES)


def measured(problem: Any, replacement: Path, moved: int) -> Dict[str, Any]:
    torch.manual_seed(0)
    arguments = problem.get_init_inputs()
    model = problem.Model(*arguments).eval()
    new = load(replacement, "replacement").ModelNew(*arguments).eval()
    new.load_state_dict(model.state_dict(), strict=True)
    inputs = problem.get_inputs()
    written = min(sum(each.nbytes for each in outputs_of(new(*inputs))), moved)
    size = sum(leaf.nbytes for leaf in tree_leaves(inputs) if isinstance(leaf, torch.Tensor))
    others = [tree_map_only(torch.Tensor, torch.clone, inputs) for _ in range(copies(size))]
    sets = itertools.cycle(others)
    calls: Dict[str, Callable[[], Any]] = {"replacement": lambda: new(*next(sets))}
    library = built()
    calls.update({name: streaming(library, moved - written, written, name == "past caches") for name in PLAIN})
    times: Dict[str, List[float]] = {name: [] for name in calls}
    for _ in range(WARM_UP + ROUNDS):
        for name in random.sample(sorted(calls), k=len(calls)):
            start = time.perf_counter()
            calls[name]()
            times[name].append(time.perf_counter() - start)
    late = {name: samples[WARM_UP:] for name, samples in times.items()}
    plain = min((late[name] for name in PLAIN), key=median)
    functions = instructions_of(lambda: model(*inputs)) / multiply_adds_a_second(library, torch.get_num_threads())
    best = median(plain)
    return {
        "share": ratio(plain, late["replacement"]), "bound": "memory" if best > functions else "functions",
        "written": written, "streaming_gb_per_s": moved / best / 1e9, "streaming_ms": best * 1e3,
        "functions_ms": functions * 1e3,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", type=Path)
    parser.add_argument("replacement", type=Path)
    parser.add_argument("bytes", type=int)
    options = parser.parse_args()
    with torch.no_grad():
        print(json.dumps(measured(load(options.problem, "problem"), options.replacement, options.bytes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
