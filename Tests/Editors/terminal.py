"""A program on a pseudo-terminal of its own, and the screen that it draws there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time
from pathlib import Path
from typing import Callable, Mapping, Optional, Sequence

import pyte

COLUMNS, LINES = 160, 56


class Terminal:
    """Draws what the program writes, as it comes, on a thread of its own; one person reads the screen and types."""

    def __init__(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        # Programs ask the terminal what it is, and some wait for the answer.
        self._screen.write_process_input = self.type
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env={**environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._draw, daemon=True)
        self._reader.start()

    def text(self) -> str:
        """The screen as it is now, one line of it a line."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, pattern: str, timeout: float = 30) -> "re.Match[str]":
        """Waits until something on the screen matches; the screen is in the failure when nothing ever does."""
        found: Optional[re.Match[str]] = None

        def look() -> bool:
            nonlocal found
            found = re.search(pattern, self.text(), re.MULTILINE)
            return found is not None

        self._wait(look, f"{pattern!r} was not on the screen", timeout)
        assert found
        return found

    def wait_until_gone(self, pattern: str, timeout: float = 30) -> None:
        def look() -> bool:
            return re.search(pattern, self.text(), re.MULTILINE) is None

        self._wait(look, f"{pattern!r} stayed on the screen", timeout)

    def close(self, patience: float = 0) -> None:
        """Waits for the program to leave, and ends it when it doesn't."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        os.close(self._master)

    def _wait(self, condition: Callable[[], bool], failure: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{failure} within {timeout:g} s:\n{self.text()}")
            time.sleep(0.02)

    def _draw(self) -> None:
        while True:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:
                return  # the program has gone, and the terminal with it
            if not data:
                return
            with self._lock:
                self._stream.feed(data)
