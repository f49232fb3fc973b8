"""A real Helix on a terminal: what it shows is read off the screen, and what a person does is typed."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import Callable, Mapping, Optional, Tuple

from terminal import Terminal

from demo.driven import find_editor

REPOSITORY = Path(__file__).resolve().parent.parent.parent
LANGUAGES = REPOSITORY / "editors" / "helix" / "languages.toml"
SETTINGS = "[editor.lsp]\ndisplay-inlay-hints = true\ndisplay-progress-messages = true\n"
# The first that shows progress messages under this setting.
OLDEST = (25,)
ESCAPE, ENTER = "\x1b", "\r"
PATIENCE_S = 60.0


def find() -> Optional[Path]:
    """A current Helix, if there is one."""
    return find_editor("HELIX_PROGRAM", "hx", OLDEST)


class HelixEditor:
    """One Helix process with the set-up that `editors/helix` gives, and the cursor on a line of a file."""

    def __init__(self, program: Path, server: Path, file: Path, line: int, environment: Mapping[str, str]) -> None:
        self.file = file
        home = file.parent.parent / "home"
        settings = home / ".config" / "helix"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "config.toml").write_text(SETTINGS, encoding="utf-8")
        shutil.copy(LANGUAGES, settings)
        environment = {key: text for key, text in environment.items() if not key.startswith("XDG_")}
        environment.update(HOME=str(home), PATH=f"{server.parent}{os.pathsep}{environment['PATH']}")
        self.terminal = Terminal([str(program), f"{file.name}:{line + 1}"], file.parent, environment)

    def sees(self, pattern: str) -> str:
        """Waits until something is on the screen, and says what."""
        return self.terminal.wait_for(pattern)[0]

    def opens(self, keys: str, pattern: str) -> None:
        """Looks at something that pops up, and closes it again."""
        self.terminal.type(keys)
        self.sees(pattern)
        self.terminal.type(ESCAPE)
        self.terminal.wait_until_gone(pattern)

    def takes_first_action(self, title: str) -> None:
        """Opens the menu of code actions and takes the one at its top, which is marked already."""
        self.terminal.type(" a")
        self.sees(rf"{title}\b")
        self.terminal.type(ENTER)
        self.terminal.wait_until_gone(rf"{title}\b")

    def writes(self, wanted: Callable[[str], bool]) -> None:
        """Saves, and waits until another file lies there with the text that is wanted: what the screen says of it may
        be an earlier word, and the file may be looked at half-way."""

        def state() -> Tuple[int, int]:
            found = self.file.stat()
            return found.st_mtime_ns, found.st_ino

        before, deadline = state(), time.monotonic() + PATIENCE_S
        self.command("w")
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):  # it is being replaced
                if state() != before and wanted(self.file.read_text(encoding="utf-8")):
                    return
            time.sleep(0.05)
        text = self.file.read_text(encoding="utf-8")
        raise AssertionError(f"not what should have been written to {self.file.name} within {PATIENCE_S:g} s:\n{text}")

    def command(self, name: str) -> None:
        self.terminal.type(f":{name}{ENTER}")

    def close(self) -> None:
        try:
            self.terminal.type(ESCAPE)
            self.terminal.wait_for(r"^ NOR ", timeout=5)
            self.command("q!")
        except OSError:
            pass  # it has gone already
        finally:
            self.terminal.close(10)
