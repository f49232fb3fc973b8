"""The ways of `journeys.py` in a real Helix, typed on a terminal and read off its screen.

Helix has no button that cancels progress: a person takes the code action that stops the job.
"""

from __future__ import annotations

import unittest
from pathlib import Path

from helix import HelixEditor, find
from support import PYTHON, SERVER, WorkspaceTest

from demo.__main__ import environment_of


class HelixTests(WorkspaceTest):
    def helix(self, file: Path, definition: str) -> HelixEditor:
        """A Helix with the cursor on the line that begins so."""
        program = find()
        if program is None:
            self.skipTest("no Helix 25 or newer here; scripts/setup --tests brings one where it can")
        lines = file.read_text(encoding="utf-8").splitlines()
        line = next(number for number, text in enumerate(lines) if text.startswith(definition))
        editor = HelixEditor(program, SERVER, file, line, environment_of(PYTHON))
        self.addCleanup(editor.close)
        return editor

    def test_an_op_without_example_inputs_is_given_some_by_a_code_action_that_one_undo_takes_back(self) -> None:
        file = self.example("transformer_pieces.py")
        before = file.read_text(encoding="utf-8")
        editor = self.helix(file, "def rotate")
        editor.sees(r"def rotate.*no example inputs")
        editor.takes_first_action("Insert example inputs for rotate")
        editor.sees(r"# kernelwright: x=\w+\[[\d, ]+\] cosine=")
        editor.sees(r"def rotate.*not measured yet")
        editor.terminal.type("u")
        editor.sees(r"def rotate.*no example inputs")
        editor.writes(lambda text: text == before)
        editor.terminal.type("U")
        editor.sees(r"def rotate.*not measured yet")
        editor.writes(lambda text: "# kernelwright: x" in text and text.endswith(before[-40:]))
        added = set(file.read_text(encoding="utf-8").splitlines()) - set(before.splitlines())
        self.assertEqual([line[:17] for line in added], ["# kernelwright: x"])

    def test_a_person_can_stop_an_optimisation_and_ask_for_it_again(self) -> None:
        file = self.example("moving_average.py")
        editor = self.helix(file, "class Model")
        editor.sees(r"class Model.*not measured yet")
        editor.takes_first_action("Optimize this op")
        editor.sees(r"\[Optimizing Model\] \d+%")
        editor.takes_first_action("Stop optimizing Model")
        editor.sees(r"Model: stopped\.")
        editor.opens(" a", r"Optimize this op\b")

    def test_the_ops_are_its_symbols_and_the_card_is_under_the_cursor(self) -> None:
        editor = self.helix(self.example("transformer_pieces.py"), "def rms_norm")
        editor.sees(r"def rms_norm.*not measured yet")
        editor.opens(" k", r"“Profile this")
        editor.opens(" s", r"TokenEntropy\s+│")
        editor.opens(" d", r"rotate has no example inputs")


if __name__ == "__main__":
    unittest.main()
