"""The page of the op benchmark: findings, means, families, and a line for every problem."""

from __future__ import annotations

import math
import random
import statistics
from typing import Any, Callable, Dict, List, Optional, Sequence

from . import intervals
from .ops_study import COMPILED, EAGER, Answer, Interval, Result, geometric_mean, median
from .problem_set import FOLDERS

RESAMPLES = 2000
INTRODUCTION = """# What the built-in optimizer makes of the problem set

Written by `scripts/bench-ops` (`make bench-ops`) from `ops.jsonl`; nothing here is typed by hand. The problems are in
[`Benchmarks/Problems`](../../Benchmarks/Problems/README.md), and no language model takes part.
"""
METHOD = """## How it was done

* Each problem is optimised once, by `kernelwright optimize FILE --budget {budget}s --allow algebraic-pruning --json`,
  in a workspace of its own, and once more without `--allow` where the best replacement removes work. Speedups, medians
  and their 95 % intervals are the product's own ([timing](../timing.md)): the smaller of cold and warm caches.
* **A problem that is not improved counts 1.0** in every mean. The headline is against the *faster* of eager and
  `torch.compile`. The interval of a mean is that of drawing other problems from the same folder (bootstrap).
* **Frozen inductor** (`torch._inductor.config.freezing`, evaluation mode, no gradients) is timed in a process of its
  own, in turns with eager and the replacement, by `Benchmarks/Ops/frozen_inductor.py`: no sandbox, caches as they come.
* Every verified replacement is checked again by `Benchmarks/Ops/check_replacement.py`, in another process that shares
  no code with the product: float64, several seeds, other shapes, strides and weights. A unit is what float32 itself is
  off by at that element; 24 are allowed.
* *Roof* is the share of the bandwidth that a replacement reaches where memory bounds it: beside it, in turns,
  `Benchmarks/Ops/streaming_share.py` times a plain kernel that reads and writes as many bytes, past the caches or
  through them, whichever is faster. What is read is in no cache: each call has other inputs. An op of which one
  function (exponential, logarithm) alone takes longer than that kernel, in the fewest instructions that we know of, is
  bounded by that (`Benchmarks/Ops/functions_floor.py`) and has no such share.
* *First* is the time from starting the command to the first verified improvement; PyTorch's start and compiling the
  baselines are in it.
"""


def ratio(value: Optional[Interval]) -> str:
    return "–" if value is None else f"{value[0]:.2f}"


def with_interval(value: Optional[Interval]) -> str:
    return "–" if value is None else f"{value[0]:.2f} [{value[1]:.2f}, {value[2]:.2f}]"


def milliseconds(value: Optional[float]) -> str:
    return "–" if value is None else f"{value:.2f}"


def percent(value: Optional[float]) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def mean_of(values: Sequence[Optional[Interval]]) -> str:
    """A geometric mean with its interval over the choice of problems; the seed is fixed."""
    logs = [math.log(value[0]) for value in values if value is not None]
    if not logs:
        return "–"
    draw = random.Random(1)
    means = sorted(statistics.fmean(draw.choices(logs, k=len(logs))) for _ in range(RESAMPLES))
    low, high = means[round(0.025 * RESAMPLES)], means[round(0.975 * RESAMPLES) - 1]
    return f"{math.exp(statistics.fmean(logs)):.2f} [{math.exp(low):.2f}, {math.exp(high):.2f}]"


def share_of(count: int, total: int) -> str:
    low, high = intervals.of_share(count, total)
    part = 100 * count / total if total else 0.0
    return f"{count}/{total} = {part:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"


def means(results: Sequence[Result]) -> List[str]:
    lines = [
        "| | problems | **faster of eager and compile** | without pruning | eager | `torch.compile` | frozen inductor"
        " | improved |",
        "|---|---|---|---|---|---|---|---|",
    ]
    groups = [(folder, [each for each in results if each.problem.folder == folder]) for folder in FOLDERS]
    for name, group in [*groups, ("all", list(results))]:
        cells = [
            mean_of([each.best.speedup for each in group]), mean_of([each.exact.speedup for each in group]),
            ratio_mean([each.best.against(EAGER) for each in group]),
            ratio_mean([each.best.against(COMPILED) for each in group]),
            ratio_mean([each.against_frozen for each in group]),
            share_of(sum(each.best.is_verified for each in group), len(group)),
        ]
        lines.append(f"| {name} | {len(group)} | {' | '.join(cells)} |")
    return lines


def ratio_mean(values: Sequence[Optional[Interval]]) -> str:
    mean = geometric_mean(values)
    return "–" if mean is None else f"{mean:.2f}"


def by_family(results: Sequence[Result]) -> List[str]:
    lines = ["| family | problems | geometric mean | without pruning | improved |", "|---|---|---|---|---|"]
    groups: Dict[str, List[Result]] = {}
    for result in results:
        groups.setdefault(result.problem.family, []).append(result)
    for name in sorted(groups):
        group = groups[name]
        best, exact = (ratio_mean([answer.speedup for answer in each]) for each in _both(group))
        improved = sum(each.best.is_verified for each in group)
        lines.append(f"| {name} | {len(group)} | {best} | {exact} | {improved} |")
    return lines


def _both(group: Sequence[Result]) -> List[List[Answer]]:
    return [[each.best for each in group], [each.exact for each in group]]


def findings(results: Sequence[Result], total: int) -> List[str]:
    """What the study says, in sentences."""
    answers = [answer for each in results for answer in each.answers if answer.is_verified]
    wrong = [each.name for each in results if not all(answer.is_right for answer in each.answers)]
    units = [answer.found["check"].get("worst_units") for answer in answers if answer.is_right]
    slower = [each.name for each in results for answer in each.answers if answer.is_verified and answer.speedup[0] <= 1]
    roofs = [each.best.share_of_roof for each in results if each.best.share_of_roof is not None]
    first = [each.best.found.get("first_verified_s") for each in results if each.best.is_verified]
    behind = [each.name for each in results if each.is_behind_frozen]
    crashed = [each.name for each in results if "unavailable" in each.record.get("frozen", {})]
    errors = [each.name for each in results if each.error]
    lines = [
        f"* Improved by more than the noise: {share_of(sum(each.best.is_verified for each in results), len(results))}"
        " of the problems (95 % interval, exact).",
        f"* Checked again by the other program: {len(answers)} replacements, {len(wrong)} of them not confirmed"
        f"{listed(wrong)}; the worst is off by {max(units, default=0.0):.1f} units of float32's own error.",
        f"* Offered although slower: {len(slower)}{listed(slower)}.",
        f"* Replacements that memory bounds reach {percent(median(roofs))} of a plain kernel's bandwidth in the median"
        f" ({len(roofs)} of them).",
        f"* The first verified improvement comes after {seconds(median(first))} in the median.",
        f"* Frozen inductor is faster than what is offered on {len(behind)} problems{listed(behind, 8)}; it gives no"
        f" figure on {len(crashed)}{listed(crashed)}.",
    ]
    if errors:
        lines.append(f"* A search gave no answer and counts as not improved: {len(errors)}{listed(errors)}.")
    if len(results) < total:
        lines.append(f"* **Not complete**: {len(results)} of {total} problems have been run.")
    return lines


def listed(names: Sequence[str], most: Optional[int] = None) -> str:
    quoted = [f"`{name}`" for name in names[:most]]
    more = [f"and {len(names) - len(quoted)} more"] if len(quoted) < len(names) else []
    return f" ({', '.join([*quoted, *more])})" if names else ""


def seconds(value: Optional[float]) -> str:
    return "–" if value is None else f"{value:.0f} s"


def every_problem(results: Sequence[Result]) -> List[str]:
    lines = [
        "| problem | eager, ms | compile, ms | replacement, ms | **speedup [95 %]** | without pruning | vs eager"
        " | vs compile | vs frozen [95 %] | roof | first | idea |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    return lines + [problem_line(each) for each in results]


def problem_line(result: Result) -> str:
    best = result.best
    baselines = {each["name"]: each.get("median_ms") for each in best.found.get("baselines", [])}
    took = (best.found.get("candidate") or {}).get("median_ms") if best.is_verified else None
    offered: Callable[[Any], Any] = lambda value: value if best.is_verified else None
    cells = [
        f"`{result.name}`",
        *(milliseconds(each) for each in (baselines.get(EAGER), baselines.get(COMPILED), took)),
        with_interval(offered(best.speedup)) if best.is_verified else best.found.get("verdict", "no answer"),
        ratio(result.exact.speedup) if "exact" in result.record else "",
        ratio(offered(best.against(EAGER))), ratio(offered(best.against(COMPILED))),
        with_interval(offered(result.against_frozen)), percent(best.share_of_roof),
        seconds(offered(best.found.get("first_verified_s"))), idea_of(best),
    ]
    return f"| {' | '.join(cells)} |"


def idea_of(answer: Answer) -> str:
    """What was done, with the labels that a person should see."""
    if not answer.is_verified:
        return ""
    labels = [f"*{label}*" for label in answer.found.get("labels", [])]
    return " ".join([str(answer.found.get("idea") or "").replace("|", "\\|"), *labels])
