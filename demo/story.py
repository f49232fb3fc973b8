"""The main job, end to end, as a person would do it in an editor."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

from . import user_file
from .editor import TIME, Editor, Line, Progress, StoryError, one_action, wait_for
from .narrator import BOLD, GREEN, Narrator

PROFILE_TIMEOUT_S, OPTIMIZE_TIMEOUT_S = 120.0, 300.0
# Beside a busy neighbour nothing is claimed; how often the demo asks in all.
OPTIMIZE_RUNS = 3
CLAIM = re.compile(r"verified (\d+(?:\.\d+)?)× \[(\d+(?:\.\d+)?), (\d+(?:\.\d+)?)\] against (.+)")
UNSURE = re.compile(r"· inconclusive\b")


@dataclass(frozen=True)
class Scenario:
    """A file to work on, the op in it, and an edit that changes the op's meaning."""

    file: Path
    op: str
    edit: "tuple[str, str]"


@dataclass(frozen=True)
class Verified:
    """What the hover card claims."""

    speedup: str
    low: str
    high: str
    baseline: str


class Story:
    """Tells one scenario in one editor. `tell` returns the demo's last line; anything untrue raises."""

    def __init__(
        self,
        editor: Editor,
        narrator: Narrator,
        scenario: Scenario,
        python: Path,
        folder: Path,
        environment: Dict[str, str],
    ) -> None:
        self._editor, self._narrator, self._scenario = editor, narrator, scenario
        self._python, self._environment = python, environment
        self._before = folder / "before" / scenario.file.name
        self._file = folder / scenario.file.name

    def tell(self) -> str:
        self._before.parent.mkdir()
        for copy in (self._before, self._file):
            shutil.copyfile(self._scenario.file, copy)
        line = self._open()
        self._profile(line)
        verified = self._optimize_until_sure(line)
        self._edit_and_undo(line)
        self._apply(line)
        self._run_before_and_after()
        return f"demo: verified {verified.speedup}× [{verified.low}, {verified.high}] against {verified.baseline}"

    def _open(self) -> int:
        self._narrator.step(f"Open {self._scenario.file.name}", "read, not run: nothing of it is executed yet")
        self._editor.open(self._file)
        ops = wait_for(self._editor, "the list of ops", self._editor.symbols)
        source = self._editor.text().splitlines()
        self._narrator.lines(source, [Line(op.line, "op " + op.text) for op in ops])
        for op in ops:
            if op.text.split(" ")[0] == self._scenario.op:
                actions = " · ".join(f"“{title}”" for title in self._editor.actions(op.line))
                self._narrator.note(f"code actions at {self._scenario.op}: {actions}")
                return op.line
        raise StoryError(f"the op {self._scenario.op} was not found in {self._file.name}")

    def _profile(self, line: int) -> None:
        self._narrator.step("“Profile this op”", "the op runs on its example inputs, in a process of its own")
        self._act(line, "Profile this op", PROFILE_TIMEOUT_S)

        def measured() -> List[Line]:
            return [hint for hint in self._editor.hints() if TIME.search(hint.text)]

        hints = wait_for(self._editor, "a profile on the lines", measured)
        self._narrator.lines(self._editor.text().splitlines(), hints)
        self._narrator.diagnostics(self._editor.diagnostics())

    def _optimize_until_sure(self, line: int) -> Verified:
        for runs_left in reversed(range(OPTIMIZE_RUNS)):
            self._optimize(line)
            verified = self._read_card(line, may_be_unsure=runs_left > 0)
            if verified:
                return verified
            self._narrator.note("inconclusive: the machine was too busy to be sure; so once more, as a person would")
        raise AssertionError("the last run may not be unsure")

    def _optimize(self, line: int) -> None:
        self._narrator.step("“Optimize this op”", "agents propose, the verification agent judges")
        self._act(line, "Optimize this op", OPTIMIZE_TIMEOUT_S)

    def _read_card(self, line: int, may_be_unsure: bool) -> Optional[Verified]:
        self._narrator.step(f"Hover over {self._scenario.op}")
        card = self._editor.hover(line)
        self._narrator.card(card)
        claim = CLAIM.search(card.replace("**", "").replace("`", ""))
        if not claim and may_be_unsure and UNSURE.search(card.splitlines()[0].replace("**", "")):
            return None
        if not claim:
            raise StoryError("no verified replacement was found this time; the card above says what was, and why")
        if float(claim[2]) <= 1:
            raise StoryError(f"the card claims a speedup that its own interval does not carry: {claim[0]}")
        self._narrator.lines(self._editor.text().splitlines(), [self._wait_for_hint(line, "verified")])
        return Verified(claim[1], claim[2], claim[3], claim[4].strip())

    def _edit_and_undo(self, line: int) -> None:
        old, new = self._scenario.edit
        self._narrator.step("Edit the op, then undo", f"`{old}` becomes `{new}`")
        text = self._editor.text()
        self._editor.replace(old, new)
        self._narrator.lines(self._editor.text().splitlines(), [self._wait_for_hint(line, "stale")])
        self._editor.undo()
        if self._editor.text() != text:
            raise StoryError("undo did not bring the text back")
        self._narrator.lines(self._editor.text().splitlines(), [self._wait_for_hint(line, "verified")])

    def _apply(self, line: int) -> None:
        title = one_action(self._editor, line, "Apply verified replacement")
        self._narrator.step(f"“{title}”", "a person's act: nothing was changed until now")
        before = self._editor.text()
        self._editor.run_action(line, title)
        after = wait_for(self._editor, "the replacement", lambda: self._changed_from(before))
        self._narrator.diff(before, after, self._file.name)
        self._editor.undo()
        if self._editor.text() != before:
            raise StoryError("one undo did not take the replacement back")
        self._editor.redo()
        if self._editor.text() != after:
            raise StoryError("redo did not bring the replacement back")
        self._narrator.good("one edit: undo takes it back whole, redo brings it again")
        self._editor.save()
        if self._file.read_text(encoding="utf-8") != after:
            raise StoryError("the file on disk is not what the editor shows")

    def _run_before_and_after(self) -> None:
        self._narrator.step(f"python {self._file.name}", "before and after, by turns, in fresh processes of its own")
        before, after = user_file.compare(self._python, self._before, self._file, self._environment)
        ms = user_file.median_ms(before), user_file.median_ms(after)
        for name, runs, each in (("before", before, ms[0]), ("after", after, ms[1])):
            figures = "  ".join(f"{number:.7g}" for number in runs[0].output)
            self._narrator.note(f"{name:6} {each:8.2f} ms a call   output: {figures}")
        for one, other in zip(before, after):
            if not user_file.agree(one, other):
                raise StoryError(f"the numbers do not agree: {one.output} before, {other.output} after")
        self._narrator.good("the numbers agree")
        ratio = ms[0] / ms[1]
        if ratio <= 1:
            raise StoryError(f"the file itself did not get faster ({ratio:.2f}×), so the demo claims nothing")
        self._narrator.good(self._narrator.paint(f"{ratio:.2f}× faster as the file itself measures it", GREEN, BOLD))

    def _act(self, line: int, beginning: str, timeout: float) -> None:
        """Takes the code action and shows the server's progress until it ends."""
        self._editor.run_action(line, one_action(self._editor, line, beginning))
        heard: Optional[Progress] = None
        while heard is None or heard.kind != "end":
            heard = self._editor.take_progress(timeout)
            if heard is None:
                raise StoryError(f"“{beginning}” showed no progress for {timeout:g} s")
            self._narrator.progress(heard)
        for message in self._editor.messages():
            self._narrator.note(f"the editor shows: {message}")

    def _wait_for_hint(self, line: int, word: str) -> Line:
        def look() -> Optional[Line]:
            return next((hint for hint in self._editor.hints() if hint.line == line and word in hint.text), None)

        return wait_for(self._editor, f"a hint that says {word!r} at {self._scenario.op}", look)

    def _changed_from(self, before: str) -> Optional[str]:
        text = self._editor.text()
        return text if text != before else None
