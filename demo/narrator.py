"""How the demo looks in a terminal. Colour only where the output is one (or `CLICOLOR_FORCE` asks for it)."""

from __future__ import annotations

import difflib
import os
import re
import sys
import textwrap
import time
from typing import Iterable, List, Optional

from .editor import Line, Progress

BOLD, DIM, GREEN, RED, YELLOW, BLUE = "1", "2", "32", "31", "33", "34"
WIDTH = 100
# Lines of the diff's beginning and end that are shown; the middle of a long kernel is only counted.
DIFF_HEAD, DIFF_TAIL = 34, 8
STRONG = re.compile(r"\*\*(.+?)\*\*")
# A status bar repaints; a transcript should not, so that a line is worth a pause or a change.
PROGRESS_PAUSE = 2.0


class Narrator:
    """Prints the story, one step after the other."""

    def __init__(self) -> None:
        forced, refused = os.environ.get("CLICOLOR_FORCE"), os.environ.get("NO_COLOR")
        self._colour = bool(forced) or (sys.stdout.isatty() and not refused)
        self._step = 0
        self._last_progress = 0.0
        self._last_message = ""

    def paint(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._colour and text else text

    def say(self, text: str = "", *codes: str) -> None:
        print(self.paint(text, *codes), flush=True)

    def step(self, title: str, remark: str = "") -> None:
        """A new step, with what the person does in it."""
        self._step += 1
        self._last_message = ""
        self.say()
        tail = "  " + self.paint(remark, DIM) if remark else ""
        print(self.paint(f"{self._step}. {title}", BOLD, BLUE) + tail, flush=True)

    def note(self, text: str) -> None:
        self.say(textwrap.fill(text, WIDTH, initial_indent="   ", subsequent_indent="     "))

    def good(self, text: str) -> None:
        print("   " + self.paint("✓", GREEN, BOLD) + " " + text, flush=True)

    def lines(self, source: List[str], shown: Iterable[Line]) -> None:
        """Source lines with the inlay hints that stand at their ends."""
        for each in shown:
            code = source[each.line].rstrip()
            gap = " " * max(2, 60 - len(code))
            number = self.paint(f"{each.line + 1:5d} │ ", DIM)
            print(f"{number}{code}{gap}{self.paint(each.text, YELLOW)}", flush=True)

    def diagnostics(self, shown: Iterable[Line]) -> None:
        for each in shown:
            print(
                textwrap.fill(
                    each.text, WIDTH, initial_indent=f"   line {each.line + 1}: ", subsequent_indent="       "
                ),
                flush=True,
            )

    def progress(self, progress: Progress) -> None:
        """One line where there is something new to read, at most one in `PROGRESS_PAUSE` seconds."""
        now = time.monotonic()
        ends = progress.kind in ("begin", "end")
        if not ends and (now - self._last_progress < PROGRESS_PAUSE or progress.message == self._last_message):
            return
        self._last_progress, self._last_message = now, progress.message
        percentage = "" if progress.percentage is None else f"{progress.percentage} %"
        text = progress.message or progress.title
        print(f"   {self.paint(f'{percentage:>5}', BLUE)}  {text}", flush=True)

    def card(self, text: str) -> None:
        """A hover card, with its Markdown as a terminal can show it."""
        for line in text.strip().splitlines():
            for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ") or [""]:
                shown = STRONG.sub(lambda strong: self.paint(strong[1], BOLD), part).replace("`", "")
                print("   " + self.paint("┃ ", BLUE) + shown, flush=True)

    def diff(self, before: str, after: str, name: str) -> None:
        changed = list(difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=2))
        hidden = len(changed) - DIFF_HEAD - DIFF_TAIL
        if hidden > 10:
            middle = f"   … {hidden} more lines of the same generated block …"
            shown: List[Optional[str]] = [*changed[:DIFF_HEAD], None, *changed[-DIFF_TAIL:]]
        else:
            middle, shown = "", [*changed]
        colours = {"+": GREEN, "-": RED, "@": BLUE}
        for line in shown:
            if line is None:
                self.say(middle, DIM)
            else:
                self.say("   " + line[: WIDTH + 20], colours.get(line[:1], "0"))
