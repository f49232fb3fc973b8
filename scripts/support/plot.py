"""Draws the timing study: every pair's error, both methods side by side, readable on light and dark pages."""

from __future__ import annotations

import html
import math
from typing import List, Tuple

from .study import PROTOCOL, USUAL, Method, Pair, Study, of_size

WIDTH, LEFT, GAP, RIGHT = 960, 150, 28, 16
TOP, ROW, BOTTOM = 78, 78, 76
TICKS = (-50, -10, -3, -1, 0, 1, 3, 10, 50)
# Linear within about one per cent, logarithmic outside: the small errors and the huge ones are both to be seen.
UNIT, EDGE = 1.0, 80.0
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 } .small { font-size: 12px; fill: #59636e } .bold { font-weight: 600 }
  .page { fill: #ffffff } .band { fill: #f6f8fa } .grid { stroke: #d1d9e0 } .zero { stroke: #59636e }
  .right { fill: #0969da; fill-opacity: .55 } .false { fill: #cf222e; fill-opacity: .8 }
  .none { fill: #6e7781; fill-opacity: .45 } .open { fill: none; stroke: #6e7781; stroke-opacity: .8 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 } .page { fill: #0d1117 } .band { fill: #151b23 }
    .grid { stroke: #3d444d } .zero { stroke: #9198a1 } .right { fill: #58a6ff } .false { fill: #ff7b72 }
    .none { fill: #9198a1 } .open { stroke: #9198a1 }
  }
"""
LEGEND = (
    ("right", "a difference claimed, and there is one"),
    ("false", "a difference claimed that is none, or the wrong way round"),
    ("none", "no difference claimed"),
    ("open", "inconclusive"),
)


def panel_width() -> float:
    return (WIDTH - LEFT - GAP - RIGHT) / 2


def x_of(error: float, left: float) -> float:
    """`error` in per cent."""
    limit = math.asinh(EDGE / UNIT)
    place = max(-1.0, min(1.0, math.asinh(error / UNIT) / limit))
    return left + panel_width() * (place + 1) / 2


def kind_of(pair: Pair) -> str:
    if pair.claims:
        return "right" if pair.is_right else "false"
    return "open" if pair.claim == "inconclusive" else "none"


def rows(study: Study, method: Method) -> List[Tuple[str, str, List[Pair], bool]]:
    """Label, second line, pairs, whether they are identical."""
    quiet = study.pairs(method, busy=False)
    return [
        ("identical code", "", of_size(quiet, 0), True),
        ("3 % apart", "", of_size(quiet, 3), False),
        ("10 % apart", "", of_size(quiet, 10), False),
        ("50 % apart", "", of_size(quiet, 50), False),
        ("identical code,", "one processor taken", study.pairs(method, busy=True), True),
    ]


def text(x: float, y: float, content: str, style: str = "", anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(content)}</text>'


def dots(pairs: List[Pair], left: float, top: float) -> List[str]:
    """One dot a pair, spread downwards so that they don't hide each other."""
    drawn = []
    for number, pair in enumerate(pairs):
        if pair.error is None:
            continue
        # The golden ratio spreads any number of them evenly and the same way every time.
        y = top + 26 + (ROW - 36) * ((number * 0.6180339887) % 1)
        x = x_of(100 * pair.error, left)
        drawn.append(f'<circle class="{kind_of(pair)}" cx="{x:.1f}" cy="{y:.1f}" r="2.8"/>')
    return drawn


def verdict(pairs: List[Pair], identical: bool) -> str:
    if not pairs:
        return "not measured"
    if identical:
        unsure = sum(pair.claim == "inconclusive" for pair in pairs)
        words = f"{sum(pair.claims for pair in pairs)} false claims among {len(pairs)}"
        return f"{words}, {unsure} inconclusive" if unsure else words
    return f"{sum(pair.is_right for pair in pairs)} of {len(pairs)} detected"


def panel(study: Study, method: Method, left: float, high: float) -> List[str]:
    right, bottom = left + panel_width(), high - BOTTOM
    parts = [text(left, 52, method.title, "title")]
    for tick in TICKS:
        x = x_of(tick, left)
        parts.append(f'<line class="{"grid" if tick else "zero"}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}"/>')
        label = f"{tick:+d}".replace("-", "−") if tick else "0"
        parts.append(text(x, bottom + 16, label, "small", "middle"))
    for number, (_, _, pairs, identical) in enumerate(rows(study, method)):
        top = TOP + number * ROW
        parts += dots(pairs, left, top)
        parts.append(text(right - 4, top + 17, verdict(pairs, identical), "small bold", "end"))
    return parts


def draw(study: Study) -> str:
    count = len(rows(study, PROTOCOL))
    high = TOP + count * ROW + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" width="{WIDTH}" height="{high}">',
        "<title>Error of the measured ratio of every pair, by the protocol and by the usual loop</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{high}" rx="8"/>',
        text(16, 26, "How far the measured ratio is from the true one, in per cent; a dot is a pair", "small"),
    ]
    for number, (label, second, _, _) in enumerate(rows(study, PROTOCOL)):
        top = TOP + number * ROW
        if number % 2 == 0:
            parts.append(f'<rect class="band" x="8" y="{top}" width="{WIDTH - 16}" height="{ROW}"/>')
        parts.append(text(16, top + ROW / 2 + (0 if second else 5), label, "bold"))
        if second:
            parts.append(text(16, top + ROW / 2 + 17, second, "small"))
    parts += panel(study, PROTOCOL, LEFT, high)
    parts += panel(study, USUAL, LEFT + panel_width() + GAP, high)
    x = 16.0
    for kind, words in LEGEND:
        parts.append(f'<circle class="{kind}" cx="{x + 4:.1f}" cy="{high - 26}" r="4"/>')
        parts.append(text(x + 14, high - 21.5, words, "small"))
        x += 30 + 6.2 * len(words)
    return "\n".join([*parts, "</svg>", ""])
