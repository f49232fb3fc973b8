"""Draws the op benchmark: every problem's speedup by folder, and the geometric mean of every family."""

from __future__ import annotations

import html
import math
from typing import Callable, Dict, List, Sequence, Tuple

from .ops_study import Result, geometric_mean
from .plot import STYLE, text
from .problem_set import FOLDERS

WIDTH, LEFT, RIGHT, GAP = 960, 56, 16, 40
TOP, PANEL, BOTTOM = 74, 380, 54
TICKS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
ROW, NAMES, BAR = 26, 300, 9
MORE = """
  .improved { fill: #0969da } .unchanged { fill: #6e7781 } .pruned { fill: #bf8700 } .whisker { stroke: #59636e }
  .means { stroke: #0969da; stroke-dasharray: 4 3; fill: none }
  @media (prefers-color-scheme: dark) {
    .improved { fill: #58a6ff } .unchanged { fill: #9198a1 } .pruned { fill: #d29922 } .whisker { stroke: #9198a1 }
    .means { stroke: #58a6ff }
  }
"""


def kind_of(result: Result) -> str:
    if not result.best.is_verified:
        return "unchanged"
    return "pruned" if result.best.is_pruned else "improved"


OF_PROBLEMS = (
    ("improved", "verified faster"),
    ("pruned", "verified faster, by a rewrite that removes work (algebraic-pruning)"),
    ("unchanged", "left as it was: 1.0"),
)
OF_FAMILIES = (("improved", "without rewrites that remove work"), ("pruned", "with them (algebraic-pruning)"))


def page(title: str, high: float, parts: List[str]) -> str:
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high:.0f}" width="{WIDTH}"',
        f' height="{high:.0f}">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{STYLE}{MORE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{high:.0f}" rx="8"/>',
        text(16, 26, title, "small"),
    ]
    return "\n".join([*head, *parts, "</svg>", ""])


def ticks_up_to(largest: float) -> List[float]:
    last = next((tick for tick in TICKS if tick >= largest), TICKS[-1])
    return [tick for tick in TICKS if 1.0 <= tick <= last]


def line(style: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def legend(y: float, words: Sequence[Tuple[str, str]]) -> List[str]:
    parts, x = [], 16.0
    for kind, label in words:
        parts.append(f'<circle class="{kind}" cx="{x + 4:.1f}" cy="{y - 4:.1f}" r="4"/>')
        parts.append(text(x + 14, y, label, "small"))
        x += 34 + 6.2 * len(label)
    return parts


def every_problem(results: Sequence[Result]) -> str:
    """Problems of a folder from the smallest speedup to the largest; a whisker is a 95 % interval."""
    ticks = ticks_up_to(max((each.best.speedup[2] for each in results), default=2.0))
    span = math.log(ticks[-1]) or 1.0
    wide = (WIDTH - LEFT - RIGHT - GAP * (len(FOLDERS) - 1)) / len(FOLDERS)
    bottom = TOP + PANEL

    def y_of(ratio: float) -> float:
        place = math.log(min(max(ratio, 1.0), ticks[-1])) / span
        return bottom - 8 - (PANEL - 16) * place

    parts: List[str] = []
    for number, folder in enumerate(FOLDERS):
        left = LEFT + number * (wide + GAP)
        mine = [each for each in results if each.problem.folder == folder]
        mine.sort(key=lambda each: each.best.speedup[0])
        mean = geometric_mean(each.best.speedup for each in mine)
        title = f"{folder}, {len(mine)} problems" + (f": {mean:.2f}×" if mean else "")
        parts.append(text(left, 54, title, "bold"))
        for tick in ticks:
            parts.append(line("zero" if tick == 1.0 else "grid", left, y_of(tick), left + wide, y_of(tick)))
            parts.append(text(left - 6, y_of(tick) + 4, f"{tick:g}×", "small", "end"))
        if mean:
            parts.append(line("means", left, y_of(mean), left + wide, y_of(mean)))
        for place, result in enumerate(mine):
            x = left + wide * (place + 0.5) / len(mine)
            parts += _dot(result, x, y_of)
    parts += [text(LEFT, bottom + 18, "a dot is a problem, the dashed line their geometric mean", "small")]
    parts += legend(bottom + 40, OF_PROBLEMS)
    title = "Speedup against the faster of eager and torch.compile; logarithmic scale"
    return page(title, bottom + BOTTOM, parts)


def _dot(result: Result, x: float, y_of: Callable[[float], float]) -> List[str]:
    ratio, low, high = result.best.speedup
    label = f"{result.name}: {ratio:.2f}×" + (f" [{low:.2f}, {high:.2f}]" if result.best.is_verified else "")
    return [
        line("whisker", x, y_of(low), x, y_of(high)),
        f'<circle class="{kind_of(result)}" cx="{x:.1f}" cy="{y_of(ratio):.1f}" r="3"><title>{html.escape(label)}'
        "</title></circle>",
    ]


def every_family(results: Sequence[Result]) -> str:
    """Two bars a family: with rewrites that remove work, and without."""
    groups: Dict[str, List[Result]] = {}
    for result in results:
        groups.setdefault(result.problem.family, []).append(result)
    rows = [(name, _means(group), len(group)) for name, group in groups.items()]
    rows.sort(key=lambda row: -row[1][0])
    ticks = ticks_up_to(max((means[0] for _, means, _ in rows), default=2.0))
    span, bottom = math.log(ticks[-1]) or 1.0, TOP + ROW * len(rows)

    def x_of(ratio: float) -> float:
        return NAMES + (WIDTH - NAMES - 60) * math.log(min(max(ratio, 1.0), ticks[-1])) / span

    parts: List[str] = []
    for tick in ticks:
        parts.append(line("zero" if tick == 1.0 else "grid", x_of(tick), TOP - 8, x_of(tick), bottom))
        parts.append(text(x_of(tick), TOP - 14, f"{tick:g}×", "small", "middle"))
    for number, (name, (best, exact), count) in enumerate(rows):
        y = TOP + ROW * number
        parts.append(text(NAMES - 10, y + 14, f"{name} ({count})", anchor="end"))
        if best > exact:
            parts.append(_bar("pruned", x_of(1.0), x_of(best), y + 4))
        parts.append(_bar("improved", x_of(1.0), x_of(exact), y + 4))
        parts.append(text(max(x_of(best), x_of(1.0)) + 6, y + 14, f"{best:.2f}×", "small"))
    parts += legend(bottom + 26, OF_FAMILIES)
    title = "Geometric mean of each family against the faster of eager and torch.compile; logarithmic scale"
    return page(title, bottom + BOTTOM - 14, parts)


def _means(group: Sequence[Result]) -> Tuple[float, float]:
    return (
        geometric_mean(each.best.speedup for each in group) or 1.0,
        geometric_mean(each.exact.speedup for each in group) or 1.0,
    )


def _bar(kind: str, x1: float, x2: float, y: float) -> str:
    return f'<rect class="{kind}" x="{x1:.1f}" y="{y:.1f}" width="{max(x2 - x1, 1.0):.1f}" height="{BAR + 4}" rx="2"/>'
