"""The journeys in the client that comes with the demo, and what takes a client that holds the server's process."""

from __future__ import annotations

import unittest
from pathlib import Path

from journeys import Journeys

from demo.bundled import BundledEditor
from demo.editor import one_action, wait_for
from demo.stopping import WAYS, start_and_stop


class BundledTests(Journeys):
    def editor(self) -> BundledEditor:
        return self.bundled()

    def test_after_a_kill_in_the_middle_of_a_search_the_next_server_offers_to_resume(self) -> None:
        file = self.example("moving_average.py")
        first = self.bundled()
        first.open(file)
        line = self.line_of(first, "Model")
        first.run_action(line, one_action(first, line, "Optimize this op"))
        self.assertNotEqual(self.progress_until(first, 40)[-1].kind, "end")
        first.client.process.kill()
        first.client.process.wait()

        second = self.bundled()
        second.open(file)
        resume = wait_for(
            second, "an offer to resume", lambda: [each for each in second.actions(line) if each.startswith("Resume")]
        )
        second.run_action(line, resume[0])
        self.assertEqual(self.progress_until(second, 101)[-1].kind, "end")
        wait_for(second, "a verdict", lambda: [hint for hint in second.hints() if hint.line == line])

    @unittest.skipUnless(Path("/proc/self/stat").exists(), "processes are looked for under /proc")
    def test_every_way_to_stop_an_optimisation_leaves_no_process_of_it(self) -> None:
        for way in WAYS:
            with self.subTest(way):
                editor = self.editor()
                editor.open(self.example("moving_average.py"))
                start_and_stop(editor, self.line_of(editor, "Model"), way, at_percent=25, timeout=60)

    def test_the_server_leaves_when_its_input_ends(self) -> None:
        editor = self.editor()
        stdin = editor.client.process.stdin
        assert stdin is not None
        stdin.close()
        self.assertIsNotNone(editor.client.process.wait(10))


del Journeys  # a base class only; unittest would run it too

if __name__ == "__main__":
    unittest.main()
