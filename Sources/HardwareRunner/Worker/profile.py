"""Where an op's time goes: time, bytes and operations of each ATen call, by the line of the user's file it came from.

On the same inputs, one run that counts, and then in turns the op as it is (what it costs in all) and the op with every
call timed. Calls are the ones that the user's code makes (`torch.inference_mode` leaves composite ones whole, so that
they run as fast as they do without us).
"""

import os
import statistics
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from . import counting

Message = Dict[str, Any]
# Line, ATen name, how many times this line has called it before in the same run.
Place = Tuple[Optional[int], str, int]
MOST_RUNS = 20
LEAST_RUNS = 2
# Above this the record of a run outgrows what is recorded.
MOST_CALLS = 200_000


class Recorder(TorchDispatchMode):
    """Sees every call; `finish` closes a run and gives back what it saw."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = os.path.normpath(path)
        self.files: Dict[str, bool] = {}
        self.seen: Dict[Tuple[Optional[int], str], int] = {}
        self.calls: Dict[Place, Any] = {}

    def place(self, func: Any) -> Place:
        key = (self.line(), str(func._overloadpacket).partition(".")[2])
        count = self.seen.get(key, 0)
        self.seen[key] = count + 1
        return key + (count,)

    def line(self) -> Optional[int]:
        """The innermost line of the user's file on the stack."""
        frame = sys._getframe(2)
        while frame is not None:
            name = frame.f_code.co_filename
            mine = self.files.get(name)
            if mine is None:
                mine = self.files[name] = os.path.normpath(name) == self.path
            if mine:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def finish(self) -> Dict[Place, Any]:
        calls, self.calls, self.seen = self.calls, {}, {}
        if len(calls) > MOST_CALLS:
            raise RuntimeError("%d calls of PyTorch in one run are too many to profile" % len(calls))
        return calls


class TimingRecorder(Recorder):
    """Times every call; `inside` is what our own looking and the calls take together, in nanoseconds."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.inside = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        entered = time.perf_counter_ns()
        place, kwargs = self.place(func), kwargs or {}
        start = time.perf_counter_ns()
        result = func(*args, **kwargs)
        end = time.perf_counter_ns()
        self.calls[place] = end - start
        self.inside += time.perf_counter_ns() - entered
        return result

    def gap_of(self, run: Callable[[], Any]) -> int:
        """Nanoseconds of a run that pass outside of PyTorch's calls and of us."""
        self.inside = 0
        with self:
            start = time.perf_counter_ns()
            run()
            return time.perf_counter_ns() - start - self.inside


class CountingRecorder(Recorder):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        place = self.place(func)
        result, self.calls[place] = counting.count(func, args, kwargs or {})
        return result


def warm_up(run: Callable[[], Any], seconds: float) -> None:
    """Until two runs agree within 5 %, or `seconds` have passed."""
    spent, last = 0.0, float("inf")
    while spent < seconds:
        start = time.perf_counter()
        run()
        took = time.perf_counter() - start
        spent += took
        if abs(took - last) <= 0.05 * took:
            return
        last = took


def excess_of_timing() -> int:
    """Nanoseconds by which a call as `TimingRecorder` makes it is slower than one that the user's code makes."""
    tensor = torch.ones(8)
    func, args, kwargs = torch.ops.aten.add.Tensor, (tensor, tensor), {}

    def best(run: Callable[[], Any]) -> int:
        least = 1 << 62
        for _ in range(500):
            start = time.perf_counter_ns()
            run()
            least = min(least, time.perf_counter_ns() - start)
        return least

    return max(0, best(lambda: func(*args, **kwargs)) - best(lambda: torch.add(tensor, tensor)))


def gap_of_calling() -> float:
    """Nanoseconds outside of it that one call costs under a `TimingRecorder`: the way there and back."""
    recorder, tensor, calls = TimingRecorder(""), torch.ones(8), 200

    def run() -> None:
        for _ in range(calls):
            torch.add(tensor, tensor)

    return min(recorder.gap_of(run) for _ in range(5)) / calls


def share_of_python(gap: int, run: Dict[Place, int], excess: int, way: float) -> float:
    """Of one run, so that what other programs took from it fell on Python and on PyTorch alike."""
    outside = max(0.0, gap - way * len(run))
    inside = sum(max(0, took - excess) for took in run.values())
    return outside / (outside + inside) if outside > 0 else 0.0


def profile(state: Any, message: Message, arena: Any) -> Message:
    """`seed` of the inputs; `budget_s`: seconds for each of the two series of runs, which take turns."""
    reference, model = state.loaded(), state.built()
    inputs, budget = reference.example_inputs(message["seed"]), message["budget_s"]

    def run() -> Any:
        return model(*inputs)

    totals: List[float] = []
    runs: List[Dict[Place, int]] = []
    gaps: List[int] = []
    with torch.inference_mode():
        warm_up(run, budget / 2)
        counter = CountingRecorder(reference.path)
        with counter:
            run()
        counts = counter.finish()
        timer = TimingRecorder(reference.path)
        timer.gap_of(run)
        timer.finish()
        while len(totals) < LEAST_RUNS or (sum(totals) < budget and len(totals) < MOST_RUNS):
            start = time.perf_counter()
            run()
            totals.append(time.perf_counter() - start)
            gaps.append(timer.gap_of(run))
            runs.append(timer.finish())
        excess, way = excess_of_timing(), gap_of_calling()
    total = statistics.median(totals)
    share = statistics.median(share_of_python(gap, run, excess, way) for gap, run in zip(gaps, runs))
    return {
        "total_ms": total * 1e3,
        "overhead_ms": share * total * 1e3,
        "runs": len(totals),
        "threads": torch.get_num_threads(),
        "calls": summarize(runs, counts, excess),
    }


def summarize(runs: List[Dict[Place, int]], counts: Dict[Place, counting.Count], excess: int) -> List[Message]:
    """One entry a line, ATen name and kind, in the order in which they are first called; `ms` sums up the medians."""
    entries: Dict[Tuple[Optional[int], str, str], Message] = {}
    for place, count in counts.items():
        times = [run[place] for run in runs if place in run]
        if not times:
            continue  # data decided against this call in the timed runs
        line, name, _ = place
        entry = entries.setdefault(
            (line, name, count.kind),
            {
                "line": line,
                "op": name,
                "count": 0,
                "ms": 0.0,
                "bytes": 0,
                "flops": 0,
                "counted": True,
                "kind": count.kind,
                "dtype": count.dtype,
                "largest_bytes": 0,
            },
        )
        entry["count"] += 1
        entry["ms"] += max(0.0, statistics.median(times) - excess) / 1e6
        entry["bytes"] += count.bytes
        entry["flops"] += count.flops
        entry["counted"] = entry["counted"] and count.counted
        entry["largest_bytes"] = max(entry["largest_bytes"], count.largest)
    return list(entries.values())


HANDLERS = {"profile": profile}
