"""The journeys through VS Code's protocol layer on Node, and what only that layer sees. It is not VS Code itself."""

from __future__ import annotations

import unittest

from journeys import Journeys
from vscode_protocol import VSCodeProtocolEditor, find

from demo.editor import one_action, wait_for

REQUEST_CANCELLED = -32800


class VSCodeProtocolTests(Journeys):
    def editor(self) -> VSCodeProtocolEditor:
        editor = self.started(VSCodeProtocolEditor, find(), "Node with vscode-languageserver-protocol")
        # Runs before the editor is closed: what the layer could not read, or had no use for.
        self.addCleanup(lambda: self.assertEqual(editor.call("complaints"), []))
        return editor

    def test_it_is_told_of_everything_that_changes_without_an_edit(self) -> None:
        editor = self.editor()
        editor.open(self.example("transformer_pieces.py"))
        line = self.line_of(editor, "rms_norm")
        self.assertIn("Optimize", [each["text"] for each in editor.call("lenses")])
        editor.run_action(line, one_action(editor, line, "Profile this op"))
        self.progress_until(editor, 101)
        for kind in ("diagnostics", "hints", "lenses"):
            wait_for(editor, f"a refresh of {kind}", lambda: kind in editor.call("refreshed"))
        editor.run_action(line, one_action(editor, line, "Show report"))
        wait_for(editor, "the report", lambda: editor.call("shown"))
        self.assertIn("ms", editor.hover(line))

    def test_a_request_that_is_taken_back_is_answered_once_all_the_same(self) -> None:
        editor = self.editor()
        editor.open(self.example("moving_average.py"))
        self.assertIn(editor.call("cancelled_request"), ("answered", REQUEST_CANCELLED))
        self.assertTrue(editor.symbols())

    def test_the_server_leaves_in_good_order(self) -> None:
        editor = self.started(VSCodeProtocolEditor, find(), "Node with vscode-languageserver-protocol")
        editor.open(self.example("moving_average.py"))
        self.assertEqual(editor.call("stop"), 0)
        editor.hang_up()
        self.assertEqual(editor.process.wait(10), 0)


del Journeys  # a base class only; unittest would run it too

if __name__ == "__main__":
    unittest.main()
