"""Neovim as the story's editor: its own LSP client and our plugin under `editors/neovim`, without a screen."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import IO, Any, Deque, Dict, List, Mapping, Optional, Sequence

from .editor import Line, Progress, StoryError

REPOSITORY = Path(__file__).resolve().parent.parent
DRIVER = Path(__file__).with_name("neovim_driver.lua")
OLDEST = (0, 11)


def find() -> Optional[Path]:
    """A Neovim that has `vim.lsp.config`: `$NVIM_PROGRAM`, the PATH's, or one that `scripts/setup` brought."""
    names = [os.environ.get("NVIM_PROGRAM"), shutil.which("nvim"), str(REPOSITORY / ".tools" / "bin" / "nvim")]
    for name in names:
        if name and os.access(name, os.X_OK) and _version(Path(name)) >= OLDEST:
            return Path(name)
    return None


def _version(program: Path) -> Sequence[int]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20).stdout
        return tuple(int(part) for part in said.split()[1].lstrip("v").split("-")[0].split("."))
    except (OSError, subprocess.TimeoutExpired, IndexError, ValueError):
        return (0,)


class NeovimEditor:
    """One Neovim process that `neovim_driver.lua` makes answer one JSON line with another."""

    def __init__(
        self, program: Path, command: Sequence[str], root: Path, stderr: IO[bytes], environment: Mapping[str, str]
    ) -> None:
        self.name = "Neovim " + ".".join(str(part) for part in _version(program))
        runtime = f"set runtimepath^={REPOSITORY / 'editors' / 'neovim'}"
        state = root / ".nvim"
        self._process = subprocess.Popen(
            [str(program), "--headless", "--clean", "-n", "--cmd", runtime, "-c", f"luafile {DRIVER}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=root,
            env={**environment, "XDG_STATE_HOME": str(state), "XDG_CACHE_HOME": str(state)},
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout.fileno()
        self._partial = b""
        self._progress: Deque[Progress] = deque()
        self._reply: Optional[Dict[str, Any]] = None
        self.call("start", list(command))

    def call(self, name: str, *arguments: Any, timeout: float = 60) -> Any:
        """One function of the driver, by name; raises with what Neovim said where it failed."""
        self._input.write(json.dumps({"call": name, "arguments": arguments}).encode() + b"\n")
        self._input.flush()
        deadline = time.monotonic() + timeout
        self._reply = None
        while self._reply is None:
            if not self._read(deadline - time.monotonic()):
                raise StoryError(f"Neovim did not answer {name} within {timeout:g} s")
        if "error" in self._reply:
            raise StoryError(f"Neovim, {name}: {self._reply['error']}")
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
        if self._process.poll() is None:
            try:
                self.call("stop")
                self._input.close()
                self._process.wait(10)
            except (StoryError, OSError, subprocess.TimeoutExpired):
                self._process.kill()
        self._process.wait()

    def _read(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._output], [], [], max(0.0, timeout))
        if not ready:
            return False
        data = os.read(self._output, 1 << 16)
        if not data:
            raise StoryError(f"Neovim went away (exit status {self._process.wait()})")
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "progress" in message:
                self._progress.append(Progress(**message["progress"]))
            else:
                self._reply = message
        return True


def _lines(found: Any) -> List[Line]:
    return [Line(int(each["line"]), str(each["text"])) for each in found or []]


if __name__ == "__main__":
    print(find() or "")
