"""What a person does in any editor: each `test_*.py` beside this goes these ways in its own."""

from __future__ import annotations

from support import WorkspaceTest

from demo.editor import TIME, Editor, one_action, wait_for


class Journeys(WorkspaceTest):
    """Subclasses say which editor."""

    def editor(self) -> Editor:
        raise NotImplementedError

    def test_an_op_without_example_inputs_is_given_some_by_a_code_action_that_one_undo_takes_back(self) -> None:
        file = self.example("transformer_pieces.py")
        editor = self.editor()
        editor.open(file)
        before = editor.text()
        line = self.line_of(editor, "rotate")
        editor.run_action(line, one_action(editor, line, "Insert example inputs"))
        after = wait_for(editor, "a directive", lambda: editor.text() if editor.text() != before else None)
        inserted = set(after.splitlines()) - set(before.splitlines())
        self.assertEqual(len(inserted), 1, inserted)
        self.assertRegex(inserted.pop(), r"^# kernelwright: x=\w+\[[\d, ]+\] cosine=\w+\[[\d, ]+\] sine=")
        self.assertTrue(after.splitlines()[line].startswith("# kernelwright:"))
        editor.undo()
        self.assertEqual(editor.text(), before)

    def test_a_profile_puts_times_on_lines_of_the_op_and_nowhere_else(self) -> None:
        editor = self.editor()
        editor.open(self.example("transformer_pieces.py"))
        first, last = self.line_of(editor, "rms_norm"), self.line_of(editor, "gated_gelu")
        editor.run_action(first, one_action(editor, first, "Profile this op"))
        self.progress_until(editor, 101)
        timed = wait_for(editor, "times", lambda: [each for each in editor.hints() if TIME.search(each.text)])
        self.assertTrue(all(first <= each.line < last for each in timed), timed)

    def test_a_person_can_stop_an_optimisation_and_ask_for_it_again(self) -> None:
        editor = self.editor()
        editor.open(self.example("moving_average.py"))
        line = self.line_of(editor, "Model")
        title = one_action(editor, line, "Optimize this op")
        editor.run_action(line, title)
        begun = self.progress_until(editor, 1)[0]
        self.assertEqual(begun.kind, "begin")
        editor.cancel_progress(begun.token)
        self.assertEqual(self.progress_until(editor, 101)[-1].kind, "end")
        wait_for(editor, "the action again", lambda: title in editor.actions(line))
        self.assertEqual(editor.text(), (self.workspace / "moving_average.py").read_text(encoding="utf-8"))

    def test_a_file_that_does_not_parse_is_answered_like_any_other(self) -> None:
        file = self.workspace / "broken.py"
        file.write_text("import torch\n\ndef f(x:\n    return torch.exp(x\n\nclass\n", encoding="utf-8")
        editor = self.editor()
        editor.open(file)
        editor.symbols()
        editor.actions(2)
        editor.hover(2)
        self.assertEqual(editor.messages(), [])
