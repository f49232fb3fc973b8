"""Neovim as the story's editor: its own LSP client and our plugin under `editors/neovim`, without a screen."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import IO, Mapping, Optional, Sequence

from .driven import REPOSITORY, DrivenEditor, find_editor, version_of

DRIVER = Path(__file__).with_name("neovim_driver.lua")
OLDEST = (0, 11)


def find() -> Optional[Path]:
    """A Neovim that has `vim.lsp.config`, if there is one."""
    return find_editor("NVIM_PROGRAM", "nvim", OLDEST)


class NeovimEditor(DrivenEditor):
    """One Neovim process that `neovim_driver.lua` makes answer one JSON line with another."""

    def __init__(
        self, program: Path, command: Sequence[str], root: Path, stderr: IO[bytes], environment: Mapping[str, str]
    ) -> None:
        runtime = f"set runtimepath^={REPOSITORY / 'editors' / 'neovim'}"
        state = root / ".nvim"
        process = subprocess.Popen(
            [str(program), "--headless", "--clean", "-n", "--cmd", runtime, "-c", f"luafile {DRIVER}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=root,
            env={**environment, "XDG_STATE_HOME": str(state), "XDG_CACHE_HOME": str(state)},
        )
        assert process.stdin is not None and process.stdout is not None
        name = "Neovim " + ".".join(str(part) for part in version_of(program))
        super().__init__(name, process, process.stdin.fileno(), process.stdout.fileno())
        self.call("start", list(command))


if __name__ == "__main__":
    print(find() or "")
