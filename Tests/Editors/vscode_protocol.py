"""Microsoft's `vscode-languageserver-protocol` on Node: the layer on which VS Code's language client stands.

It is not VS Code: no window, no extension host. What VS Code reads and writes on the wire, it reads and writes.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import IO, Mapping, Optional, Sequence

from demo.driven import DrivenEditor

REPOSITORY = Path(__file__).resolve().parent.parent.parent
DRIVER = Path(__file__).with_name("vscode_protocol_driver.js")
MODULES = REPOSITORY / ".tools" / "nodejs"


def find() -> Optional[Path]:
    """A Node that finds the package where `scripts/setup` brings it."""
    node = shutil.which("node") or shutil.which("nodejs")
    return Path(node) if node and (MODULES / "vscode-languageserver-protocol").exists() else None


class VSCodeProtocolEditor(DrivenEditor):
    """One Node process with the package and a driver."""

    def __init__(
        self, node: Path, command: Sequence[str], root: Path, stderr: IO[bytes], environment: Mapping[str, str]
    ) -> None:
        process = subprocess.Popen(
            [str(node), str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=root,
            env={**environment, "NODE_PATH": str(MODULES)},
        )
        assert process.stdin is not None and process.stdout is not None
        name = "vscode-languageserver-protocol on Node"
        super().__init__(name, process, process.stdin.fileno(), process.stdout.fileno())
        self.call("start", list(command))
