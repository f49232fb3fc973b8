"""An editor that a small driver inside it makes answer one JSON line with another: see `neovim_driver.lua`."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import Any, Deque, Dict, List, Optional, Sequence

from .editor import Line, Progress, StoryError

REPOSITORY = Path(__file__).resolve().parent.parent


class DrivenEditor:
    """The process of an editor, and the two descriptors on which its driver listens and speaks."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", to_driver: int, from_driver: int) -> None:
        self.name = name
        self.process = process
        self._input, self._output = to_driver, from_driver
        self._partial = b""
        self._progress: Deque[Progress] = deque()
        self._reply: Optional[Dict[str, Any]] = None

    def call(self, function: str, *arguments: Any, timeout: float = 60) -> Any:
        """One function of the driver, by name; raises with what the editor said where it failed."""
        line = json.dumps({"call": function, "arguments": arguments}).encode() + b"\n"
        while line:
            line = line[os.write(self._input, line) :]
        deadline = time.monotonic() + timeout
        self._reply = None
        while self._reply is None:
            if not self._read(deadline - time.monotonic()):
                raise StoryError(f"{self.name} did not answer {function} within {timeout:g} s")
        if "error" in self._reply:
            raise StoryError(f"{self.name}, {function}: {self._reply['error']}")
        return self._reply.get("result")

    def open(self, path: Path) -> None:
        self.call("open", str(path))

    def symbols(self) -> List[Line]:
        return _lines(self.call("symbols"))

    def hints(self) -> List[Line]:
        return _lines(self.call("hints"))

    def diagnostics(self) -> List[Line]:
        return _lines(self.call("diagnostics"))

    def actions(self, line: int) -> List[str]:
        return list(self.call("actions", line) or [])

    def run_action(self, line: int, title: str) -> None:
        self.call("run_action", line, title)

    def hover(self, line: int) -> str:
        return str(self.call("hover", line))

    def text(self) -> str:
        return str(self.call("text"))

    def replace(self, old: str, new: str) -> None:
        self.call("replace", old, new)

    def undo(self) -> None:
        self.call("undo")

    def redo(self) -> None:
        self.call("redo")

    def save(self) -> None:
        self.call("save")

    def messages(self) -> List[str]:
        return list(self.call("messages") or [])

    def cancel_progress(self, token: str) -> None:
        self.call("cancel_progress", token)

    def take_progress(self, timeout: float) -> Optional[Progress]:
        deadline = time.monotonic() + timeout
        while not self._progress:
            if not self._read(deadline - time.monotonic()):
                return None
        return self._progress.popleft()

    def settle(self, seconds: float) -> None:
        self._read(seconds)

    def close(self) -> None:
        if self.process.poll() is None:
            try:
                self.call("stop")
                self.hang_up()
                self.process.wait(10)
            except (StoryError, OSError, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def hang_up(self) -> None:
        """Tells the driver that nothing more will be asked."""
        if self.process.stdin:
            self.process.stdin.close()

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._output], [], [], max(0.0, timeout))
        if not ready:
            return False
        data = os.read(self._output, 1 << 16)
        if not data:
            raise StoryError(f"{self.name} went away (exit status {self.process.wait()})")
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "progress" in message:
                self._progress.append(Progress(**message["progress"]))
            else:
                self._reply = message
        return True


def find_editor(variable: str, name: str, oldest: Sequence[int]) -> Optional[Path]:
    """An editor that is new enough: the one that an environment variable names, the PATH's, or one that `scripts/setup`
    brought."""
    for found in (os.environ.get(variable), shutil.which(name), str(REPOSITORY / ".tools" / "bin" / name)):
        if found and os.access(found, os.X_OK) and version_of(Path(found)) >= oldest:
            return Path(found)
    return None


def version_of(program: Path) -> Sequence[int]:
    """The first thing like a version in what a program's `--version` says; zero where it doesn't say one."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20).stdout
        word = next(word for word in said.split() if word.lstrip("v")[:1].isdigit())
        return tuple(int(part) for part in word.lstrip("v").split("-")[0].split("."))
    except (OSError, subprocess.TimeoutExpired, StopIteration, ValueError):
        return (0,)


def _lines(found: Any) -> List[Line]:
    return [Line(int(each["line"]), str(each["text"])) for each in found or []]
