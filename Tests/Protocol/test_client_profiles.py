"""Sessions as VS Code, Neovim and Emacs have them, by the capabilities that `pytest-lsp` recorded from the editors.

They stand for what the editors announce, not for what they do with the answers: real ones are in `Tests/Editors`.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unittest
from importlib import resources
from pathlib import Path
from typing import Any, Dict, List

import schemas
from announced import Announced
from decoding import CONVERTER
from session import PYTHON, SERVER, Session

from demo.editor import one_action, wait_for

try:
    import pytest_lsp
except ImportError:
    pytest_lsp = None

EXAMPLE = schemas.REPOSITORY / "docs" / "examples" / "transformer_pieces.py"
# Each was recorded from the editor: VS Code, Emacs with eglot, and six Neovims, the oldest of which knows neither
# position encodings nor preferred actions.
PROFILES = sorted(
    file.name[: -len(".json")].replace("_v", "@v")
    for file in (resources.files("pytest_lsp.clients").iterdir() if pytest_lsp else ())
    if file.name.endswith(".json")
)
PROGRESS_TIMEOUT_S = 60.0


@unittest.skipUnless(pytest_lsp, "pytest-lsp wants Python 3.10 or newer")
class ClientProfileTests(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        """One workspace for all, with one profile in its store: every client finds times to show."""
        cls.folder = Path(tempfile.mkdtemp(prefix="kernelwright-test-")).resolve()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        shutil.copy(EXAMPLE, cls.folder)
        profile = [str(SERVER), "profile", f"{EXAMPLE.name}::rms_norm", "--python", str(PYTHON)]
        subprocess.run(profile, cwd=cls.folder, check=True, capture_output=True, timeout=PROGRESS_TIMEOUT_S)

    def test_the_three_editors_are_among_the_profiles(self) -> None:
        self.assertLessEqual({"visual_studio_code", "neovim", "emacs"}, {each.split("@")[0] for each in PROFILES})

    def test_each_client_is_served_as_far_as_it_announced(self) -> None:
        for name in PROFILES:
            with self.subTest(name):
                capabilities: Dict[str, Any] = CONVERTER.unstructure(pytest_lsp.client_capabilities(name))
                with open(self.folder / "server.log", "wb") as log:
                    session = Session(capabilities, self.folder, log)
                    self.addCleanup(session.editor.close)
                    self.take_part(session)
                    session.editor.close()
                self.assertEqual(session.conversation.problems(), [])
                self.assertEqual(Announced(capabilities).findings(session.conversation), [])

    def take_part(self, session: Session) -> None:
        editor = session.editor
        editor.open(self.folder / EXAMPLE.name)
        diagnostics = session.diagnostics()
        self.assertIn("no-example-inputs", [each["code"] for each in diagnostics])
        lines = {symbol.text.split(" ")[0]: symbol.line for symbol in editor.symbols()}
        self.assertLess({"rms_norm", "rotate"}, set(lines))

        norm = lines["rms_norm"]
        wait_for(editor, "times on the card", lambda: " ms" in editor.hover(norm))
        # The editors whose profiles are older than inlay hints don't ask for them; the rest find the times there too.
        self.assertEqual(bool(session.hints()), session.has("textDocument.inlayHint"))
        self.assertEqual(len(session.lenses()) > 0, session.has("textDocument.codeLens"))

        self.an_edit_is_applied_and_taken_back(session, lines["rotate"], diagnostics)
        self.an_optimisation_is_started_and_cancelled(session, norm)
        session.command("showReport", "rms_norm")

    def an_edit_is_applied_and_taken_back(
        self, session: Session, line: int, diagnostics: List[Dict[str, Any]]
    ) -> None:
        editor = session.editor
        before = editor.text()
        insert = next(each for each in session.actions(line, diagnostics) if each["title"].startswith("Insert"))
        self.assertEqual([each["code"] for each in insert["diagnostics"]], ["no-example-inputs"])
        editor.run_action(line, insert["title"])
        after = editor.text()
        self.assertNotEqual(after, before)
        editor.undo()
        session.command("insertDirective", "rotate")
        self.assertEqual(editor.text(), after)
        editor.undo()
        self.assertEqual(editor.text(), before)

    def an_optimisation_is_started_and_cancelled(self, session: Session, line: int) -> None:
        editor = session.editor
        editor.run_action(line, one_action(editor, line, "Optimize this op"))
        begun = editor.take_progress(PROGRESS_TIMEOUT_S)
        assert begun is not None
        self.assertEqual(begun.kind, "begin")
        editor.cancel_progress(begun.token)
        while begun is not None and begun.kind != "end":
            begun = editor.take_progress(PROGRESS_TIMEOUT_S)
        self.assertIsNotNone(begun, "a cancelled optimisation never ended")


if __name__ == "__main__":
    unittest.main()
