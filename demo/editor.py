"""What the story needs of an editor. `bundled.py` and `neovim.py` are two of them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List, Optional, Protocol, TypeVar


class StoryError(Exception):
    """Something in the story is not as it must be; the text says what, for the person who runs the demo."""


@dataclass(frozen=True)
class Line:
    """Something an editor shows on a line: an inlay hint, a diagnostic, an op. Lines count from 0."""

    line: int
    text: str


@dataclass(frozen=True)
class Progress:
    """A work-done progress as a status bar shows it. `kind` is `begin`, `report` or `end`."""

    kind: str
    token: str
    title: str
    message: str
    percentage: Optional[int]


class Editor(Protocol):
    name: str

    def open(self, path: Path) -> None: ...
    def symbols(self) -> List[Line]: ...
    def hints(self) -> List[Line]: ...
    def diagnostics(self) -> List[Line]: ...
    def actions(self, line: int) -> List[str]: ...
    def run_action(self, line: int, title: str) -> None: ...
    def hover(self, line: int) -> str: ...
    def text(self) -> str: ...
    def replace(self, old: str, new: str) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def save(self) -> None: ...
    def messages(self) -> List[str]: ...

    def cancel_progress(self, token: str) -> None:
        """The editor's own button for it; where it has none, the code action that stops the job."""
        ...

    def take_progress(self, timeout: float) -> Optional[Progress]:
        """The next thing the server said about its work; nil when nothing came in `timeout` seconds."""
        ...

    def settle(self, seconds: float) -> None:
        """Lets the editor handle what the server sends, for at most that long."""
        ...

    def close(self) -> None: ...


# A time as hints have it: `3.2 ms`, `850 ns`.
TIME = re.compile(r"\d (?:ns|µs|ms|s)\b")

T = TypeVar("T")


def wait_for(editor: Editor, what: str, look: Callable[[], Optional[T]], timeout: float = 30) -> T:
    """Looks until there is something to see; `what` is what is missed when there never is."""
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            said = "".join(f"\n  the server said: {message}" for message in editor.messages())
            raise StoryError(f"{what} did not appear within {timeout:g} s{said}")
        editor.settle(0.05)


def one_action(editor: Editor, line: int, beginning: str) -> str:
    """The full title of the code action that begins so, e.g. `Apply verified replacement (2.3× faster)`."""
    titles = editor.actions(line)
    for title in titles:
        if title.startswith(beginning):
            return title
    raise StoryError(f"no code action {beginning!r} on line {line + 1}; there are: {', '.join(titles) or 'none'}")
