"""The main job in a notebook: the op is in one cell, its inputs are in another, and the edit goes into the first."""

from __future__ import annotations

import json
import subprocess
import unittest
from pathlib import Path
from typing import Any, Dict, List

from support import PYTHON, SERVER, WorkspaceTest

from demo.__main__ import environment_of
from demo.bundled import BundledEditor
from demo.capabilities import CAPABILITIES
from demo.document import Document
from demo.editor import one_action, wait_for

CELLS = (
    "%matplotlib inline\nimport torch\nfrom torch import nn\n",
    "class Model(nn.Module):\n"
    "    def __init__(self, window: int = 25):\n"
    "        super().__init__()\n"
    "        self.trend = nn.AvgPool1d(window, stride=1, padding=window // 2)\n"
    "\n"
    "    def forward(self, series):\n"
    "        return series - self.trend(series)\n",
    "def get_init_inputs():\n    return [25]\n\n\ndef get_inputs():\n    return [torch.randn(8, 64, 2048)]\n",
)
MODEL = 1
KNOWS_NOTEBOOKS: Dict[str, Any] = {**CAPABILITIES, "notebookDocument": {"synchronization": {}}}
# What the last cell of a notebook would be; the cell that a kernel runs has no line that is not Python.
COMPARE = """
import json, sys
cells = json.load(sys.stdin)
notebook = {"__name__": "__main__"}
for cell in cells["before"]: exec(cell, notebook)
before = notebook["Model"](*notebook["get_init_inputs"]()).eval()
exec(cells["after"], notebook)
after = notebook["Model"](*notebook["get_init_inputs"]()).eval()
inputs = notebook["get_inputs"]()
with notebook["torch"].inference_mode():
    apart = float((before(*inputs) - after(*inputs)).abs().max())
print(json.dumps({"apart": apart, "is_other": type(before) is not type(after)}))
"""


class NotebookEditor(BundledEditor):
    """A notebook, one cell of which is the document that actions are asked for."""

    def open_cells(self, path: Path, cells: "tuple[str, ...]", shown: int) -> None:
        self.notebook, self.path = path.as_uri(), path
        uris = [f"vscode-notebook-cell:{path}#{number}" for number in range(len(cells))]
        self.uri, self.document = uris[shown], Document(cells[shown], self._encoding)
        texts = [
            {"uri": uri, "languageId": "python", "version": self.document.version, "text": text}
            for uri, text in zip(uris, cells)
        ]
        kinds = [{"kind": 2, "document": uri} for uri in uris]
        notebook = {"uri": self.notebook, "notebookType": "jupyter-notebook", "version": 1, "cells": kinds}
        self.client.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": texts})

    def _changed(self) -> None:
        content = {
            "document": {"uri": self.uri, "version": self.document.version},
            "changes": [{"text": self.document.text}],
        }
        identifier = {"uri": self.notebook, "version": self.document.version}
        change = {"notebookDocument": identifier, "change": {"cells": {"textContent": [content]}}}
        self.client.notify("notebookDocument/didChange", change)


def saved(cells: "tuple[str, ...]") -> str:
    """The notebook's file (nbformat 4.5)."""
    parts: List[Dict[str, Any]] = [
        {"cell_type": "code", "id": f"cell{number}", "metadata": {}, "source": text, "outputs": []}
        for number, text in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": parts})


class NotebookTests(WorkspaceTest):
    def test_an_op_of_a_cell_is_optimised_and_its_replacement_goes_into_that_cell_and_out_again(self) -> None:
        path = self.workspace / "study.ipynb"
        path.write_text(saved(CELLS), encoding="utf-8")
        command = [str(SERVER), "serve"]
        editor = NotebookEditor(
            command, self.workspace, self._log, environment_of(PYTHON), capabilities=KNOWS_NOTEBOOKS
        )
        self.addCleanup(editor.close)
        editor.open_cells(path, CELLS, MODEL)
        line = self.line_of(editor, "Model")
        self.assertEqual(line, 0)
        editor.run_action(line, one_action(editor, line, "Optimize this op"))
        said = self.progress_until(editor, 101)[-1].message
        offered = [each for each in editor.actions(line) if each.startswith("Apply verified")]
        self.assertTrue(offered, said)
        editor.run_action(line, offered[0])
        applied = editor.text()
        self.assertTrue(applied.startswith(CELLS[MODEL]))
        wait_for(editor, "a hint", lambda: [hint for hint in editor.hints() if "applied" in hint.text])
        self._assert_equal_values(applied)
        editor.run_action(line, one_action(editor, line, "Remove generated replacement"))
        self.assertEqual(editor.text(), CELLS[MODEL])

    def _assert_equal_values(self, applied: str) -> None:
        cells = {"before": [CELLS[0].split("\n", 1)[1], *CELLS[1:]], "after": applied}
        done = subprocess.run(
            [str(PYTHON), "-c", COMPARE], input=json.dumps(cells), capture_output=True, text=True, timeout=120
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        found = json.loads(done.stdout)
        self.assertTrue(found["is_other"])
        self.assertLess(found["apart"], 1e-5)


if __name__ == "__main__":
    unittest.main()
