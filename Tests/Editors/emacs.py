"""A real Emacs with its own LSP client, eglot, on a terminal; a small driver inside it does what a person would."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import IO, Mapping, Optional, Sequence

from terminal import Terminal

from demo.driven import DrivenEditor, find_editor, version_of
from demo.editor import StoryError

REPOSITORY = Path(__file__).resolve().parent.parent.parent
DRIVER = Path(__file__).with_name("emacs_driver.el")
# The first that has eglot.
OLDEST = (29,)
START_TIMEOUT_S = 30


def find() -> Optional[Path]:
    """An Emacs that has eglot, if there is one."""
    return find_editor("EMACS_PROGRAM", "emacs", OLDEST)


class EmacsEditor(DrivenEditor):
    """One Emacs process. Its screen is `terminal`; its driver is on a socket."""

    def __init__(
        self, program: Path, command: Sequence[str], root: Path, stderr: IO[bytes], environment: Mapping[str, str]
    ) -> None:
        home = root.parent / "home"
        home.mkdir(exist_ok=True)
        # `editors/emacs` starts the server by its name.
        path = f"{Path(command[0]).parent}{os.pathsep}{environment['PATH']}"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(home / "driver"))
            listener.listen()
            listener.settimeout(START_TIMEOUT_S)
            self.terminal = Terminal(
                [str(program), "-nw", "-Q", "-L", str(REPOSITORY / "editors" / "emacs"), "-l", str(DRIVER)],
                root,
                {**environment, "HOME": str(home), "DRIVER_SOCKET": str(home / "driver"), "PATH": path},
            )
            try:
                self._socket, _ = listener.accept()
            except socket.timeout:
                screen = self.terminal.text()
                self.terminal.close()
                raise StoryError(f"Emacs did not start:\n{screen}") from None
        name = "Emacs " + ".".join(str(part) for part in version_of(program))
        super().__init__(name, self.terminal.process, self._socket.fileno(), self._socket.fileno())
        self._line = 0

    def run_action(self, line: int, title: str) -> None:
        self._line = line
        super().run_action(line, title)

    def cancel_progress(self, token: str) -> None:
        """Eglot shows progress and has no button to cancel it, so a person takes the code action."""
        stop = next(title for title in self.actions(self._line) if title.startswith("Stop"))
        self.run_action(self._line, stop)

    def hang_up(self) -> None:
        self._socket.close()

    def close(self) -> None:
        super().close()
        self._socket.close()
        self.terminal.close()
