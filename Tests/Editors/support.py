"""What the editor tests share: the server, a workspace with copies of the examples, and how editors are started."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List, Optional, Type, TypeVar

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from demo.__main__ import environment_of
from demo.bundled import BundledEditor
from demo.driven import DrivenEditor
from demo.editor import Editor, Progress

SERVER = Path(os.environ.get("KERNELWRIGHT_SERVER", REPOSITORY / ".build" / "release" / "kernelwright"))
PYTHON = Path(os.environ.get("KERNELWRIGHT_TEST_PYTHON", REPOSITORY / ".venv" / "bin" / "python"))
PROGRESS_TIMEOUT_S = 120.0

E = TypeVar("E", bound=DrivenEditor)


class WorkspaceTest(unittest.TestCase):
    """A test with a folder of its own to work in, and editors that are closed at its end."""

    def setUp(self) -> None:
        name = tempfile.mkdtemp(prefix="kernelwright-test-")
        self.addCleanup(shutil.rmtree, name, ignore_errors=True)
        self.folder = Path(name).resolve()
        self.workspace = self.folder / "workspace"
        self.workspace.mkdir()
        self._log = open(self.folder / "server.log", "wb")
        self.addCleanup(self._log.close)

    def example(self, name: str) -> Path:
        """A copy of one of docs/examples in the workspace."""
        return Path(shutil.copy(REPOSITORY / "docs" / "examples" / name, self.workspace / name))

    def bundled(self) -> BundledEditor:
        editor = BundledEditor([str(SERVER), "serve"], self.workspace, self._log, environment_of(PYTHON))
        self.addCleanup(editor.close)
        return editor

    def started(self, kind: Type[E], program: Optional[Path], what: str) -> E:
        """An editor of a kind whose program may not be on this machine: the test is skipped then."""
        if program is None:
            self.skipTest(f"no {what} here; scripts/setup --tests brings one where it can")
        editor = kind(program, [str(SERVER), "serve"], self.workspace, self._log, environment_of(PYTHON))
        self.addCleanup(editor.close)
        return editor

    def line_of(self, editor: Editor, op: str) -> int:
        """The line on which an op begins."""
        for symbol in editor.symbols():
            if symbol.text.split(" ")[0] == op:
                return symbol.line
        raise AssertionError(f"{op} is not among the symbols: {editor.symbols()}")

    def progress_until(self, editor: Editor, percentage: int) -> List[Progress]:
        """Everything that the server says about its work until so many percent are done, or it has ended."""
        heard: List[Progress] = []
        while not heard or (heard[-1].kind != "end" and (heard[-1].percentage or 0) < percentage):
            progress = editor.take_progress(PROGRESS_TIMEOUT_S)
            if progress is None:
                raise AssertionError(f"no progress for {PROGRESS_TIMEOUT_S:g} s; heard so far: {heard}")
            heard.append(progress)
        return heard
