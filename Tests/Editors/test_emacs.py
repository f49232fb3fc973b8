"""The journeys in a real Emacs with eglot, and what of them its screen shows."""

from __future__ import annotations

import unittest

from emacs import EmacsEditor, find
from journeys import Journeys

from demo.editor import one_action, wait_for


class EmacsTests(Journeys):
    def editor(self) -> EmacsEditor:
        editor = self.started(EmacsEditor, find(), "Emacs 29 or newer")
        # Runs before the editor is closed: what eglot and its JSON-RPC warned of.
        self.addCleanup(lambda: self.assertEqual(editor.call("complaints"), []))
        return editor

    def test_progress_is_in_the_mode_line_and_hints_are_drawn_anew_when_work_begins(self) -> None:
        editor = self.editor()
        editor.open(self.example("moving_average.py"))
        line = self.line_of(editor, "Model")
        editor.terminal.wait_for("class Model.*not measured yet")
        editor.run_action(line, one_action(editor, line, "Optimize this op"))
        editor.terminal.wait_for(r"eglot:workspace/\d+%")
        editor.terminal.wait_for("class Model.*optimizing")
        editor.cancel_progress("")
        self.assertEqual(self.progress_until(editor, 101)[-1].kind, "end")

    def test_a_lack_of_inputs_is_a_diagnostic_and_the_card_says_what_to_do(self) -> None:
        editor = self.editor()
        editor.open(self.example("transformer_pieces.py"))
        found = wait_for(editor, "diagnostics", editor.diagnostics)
        self.assertEqual([each.line for each in found], [self.line_of(editor, "rotate")])
        self.assertIn("Insert example inputs", editor.hover(found[0].line))


del Journeys  # a base class only; unittest would run it too

if __name__ == "__main__":
    unittest.main()
