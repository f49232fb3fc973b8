"""The journeys in a real Neovim with the plugin under editors/neovim, and the plugin's own health check."""

from __future__ import annotations

import unittest

from journeys import Journeys

from demo.neovim import NeovimEditor, find


class NeovimTests(Journeys):
    def editor(self) -> NeovimEditor:
        return self.started(NeovimEditor, find(), "Neovim 0.11 or newer")

    def test_the_health_check_finds_the_server_and_nothing_wrong(self) -> None:
        editor = self.editor()
        editor.open(self.example("moving_average.py"))
        editor.call("command", "checkhealth kernelwright")
        report = editor.text()
        self.assertIn("kernelwright doctor", report)
        self.assertIn("running in", report)
        self.assertNotIn("ERROR", report)


del Journeys  # a base class only; unittest would run it too

if __name__ == "__main__":
    unittest.main()
