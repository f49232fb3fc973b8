"""What this machine can do: memory bandwidth by level, arithmetic peaks, the cost of calling an op at all."""

import contextlib
import os
import time
from typing import Any, Callable, Dict, Iterator, List, Optional

import torch

PEAK_TYPES = {"f32": torch.float32, "f64": torch.float64}
# A matrix product is grown until it takes so long: then its start-up no longer counts.
LONG_ENOUGH = 0.02
LARGEST_MATRIX = 8192
MEDIUM_MATRIX = 512
FLOAT = 4
# What functions in PyTorch's programs that check for a vector extension are named after.
CHECKS = "_chk_kernel"


def best_time(run: Callable[[], Any], budget: float, least: int = 2) -> float:
    """Seconds of the fastest of the calls that fit into `budget` seconds; interruptions only ever add time."""
    run()
    best, end, count = float("inf"), time.perf_counter() + budget, 0
    while count < least or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
        count += 1
    return best


def on_all_and_one(run: Callable[[], Any], budget: float) -> float:
    """As `best_time`, with all threads and with one alone.

    On a machine that is busy with something else all threads wait for the slowest of them and can be slower than one.
    """
    threads = torch.get_num_threads()
    seconds = best_time(run, budget * 0.75)
    if threads > 1:
        torch.set_num_threads(1)
        seconds = min(seconds, best_time(run, budget * 0.25))
        torch.set_num_threads(threads)
    return seconds


def bandwidth(working_set: int, budget: float, overhead: float) -> float:
    """Bytes per second over arrays of `working_set` bytes together: the best of copy, triad and read.

    Counted as the STREAM benchmark does: what is read plus what is written, without the write-allocate traffic.
    """
    half, third = (max(working_set // n // FLOAT, 1024) for n in (2, 3))
    a, b = torch.ones(half), torch.ones(half)
    c = torch.ones(third)
    best = 0.0
    for run, moved in (
        (lambda: a.copy_(b), 2 * half),
        (lambda: torch.add(b[:third], c, alpha=3.0, out=a[:third]), 3 * third),
        (lambda: torch.sum(a), half),
    ):
        seconds = on_all_and_one(run, budget / 3)
        # Calling takes as long as moving does where the working set is small; at most half is taken off, so that a
        # disturbed measurement can't make the level look endlessly fast.
        best = max(best, FLOAT * moved / max(seconds - overhead, seconds / 2))
    return best


def peak(dtype: torch.dtype, budget: float) -> float:
    """Operations per second of the library's matrix product, a multiply-add counting two."""
    size = MEDIUM_MATRIX
    while True:
        a, b = (torch.ones(size, size, dtype=dtype) for _ in range(2))
        out = torch.empty(size, size, dtype=dtype)
        seconds = best_time(lambda: torch.mm(a, b, out=out), 0.0)
        if seconds >= LONG_ENOUGH or size >= LARGEST_MATRIX:
            seconds = min(seconds, on_all_and_one(lambda: torch.mm(a, b, out=out), budget))
            return 2 * size**3 / seconds
        size *= 2


def launch_overhead() -> float:
    """Seconds that calling an op on a handful of elements takes."""
    a, out = torch.ones(8), torch.empty(8)
    repeats = 200

    def run() -> None:
        for _ in range(repeats):
            torch.add(a, a, out=out)

    return best_time(run, 0.02) / repeats


def measure(state: Any, message: Dict[str, Any], arena: Any) -> Dict[str, Any]:
    """`levels`: `{"level", "working_set"}` each; `budget_s`: seconds in all, to be exceeded where calls are long."""
    share = message["budget_s"] / (len(message["levels"]) + len(PEAK_TYPES))
    with torch.inference_mode():
        overhead = launch_overhead()
        levels = [
            {
                "level": item["level"],
                "bytes_per_second": bandwidth(item["working_set"], share, overhead),
            }
            for item in message["levels"]
        ]
        peaks = {name: peak(dtype, share) for name, dtype in PEAK_TYPES.items()}
    return {
        "launch_overhead_s": overhead,
        "levels": levels,
        "peaks": peaks,
        "threads": torch.get_num_threads(),
    }


def prepare_compiler(state: Any, message: Dict[str, Any], arena: Any) -> Dict[str, Any]:
    """Whether the checks of PyTorch's compiler let pass every vector extension that it would take unchecked; and the
    files that it made for itself in finding out, and in compiling a first function."""
    from torch._inductor import config, cpu_vec_isa

    def found(is_ok: Optional[bool]) -> List[str]:
        cpu_vec_isa.valid_vec_isa_list.cache_clear()
        with config.patch({"cpp.vec_isa_ok": is_ok}):
            return [str(each) for each in cpu_vec_isa.valid_vec_isa_list()]

    usable = found(None) == found(True)  # in this order: some extensions remember their first answer
    if message["headers"]:
        cpu_vec_isa.valid_vec_isa_list.cache_clear()  # the compiler goes on with what was checked
        with contextlib.suppress(Exception):  # whoever compiles an op will be told
            torch.compile(lambda x: x + 1)(torch.ones(64))
    return {"usable": usable, "files": [kept(path, arena) for path in reusable_files(os.environ["HOME"])]}


def reusable_files(folder: str) -> Iterator[str]:
    """Precompiled headers, of the GNU compiler, which doesn't ask when a file was written; and programs that check for
    a vector extension, with their sources, without which they would be compiled again."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            stem, extension = os.path.splitext(path)
            if extension == ".gch":
                yield from (stem, path)
            elif extension == ".cpp" and os.path.exists(stem + ".so"):
                with open(path) as file:
                    if CHECKS in file.read():
                        yield from (path, stem + ".so")


def kept(path: str, arena: Any) -> Dict[str, Any]:
    with open(path, "rb") as file:
        data = file.read()
    offset = arena.reserve(len(data))
    arena.memory[offset : offset + len(data)] = data
    return {"place": os.path.relpath(path, os.environ["HOME"]), "offset": offset, "size": len(data)}


HANDLERS = {"measure_device": measure, "prepare_compiler": prepare_compiler}
