"""Whether the diagnostics that `scripts/bench-lsp` times say what they should: a quick wrong answer counts for nothing.

On the corpus every op lacks example inputs. Which ops there are is told by CPython's `ast`; after an edit, the same
text opened afresh under another name has to be told the same.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any, Dict, List, Set

from .harness import load, server

LACKING = " has no example inputs"
ADDED = "\n\nclass AddedLater(nn.Module):\n    def forward(self, x):\n        return torch.relu(x)\n"
DIRECTIVE = "# kernelwright: x=f32[8]\n"


def ops(text: str) -> Set[str]:
    """Modules, and functions that are no Triton kernels; all functions of the corpus use tensors."""
    found: Set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and any("Module" in ast.unparse(base) for base in node.bases):
            found.add(node.name)
        elif isinstance(node, ast.FunctionDef) and not node.decorator_list:
            found.add(node.name)
    return found


class Edited:
    """The document of the corpus with some edits, and what the server says of it."""

    def __init__(self, bench: Any, client: Any, document: Any) -> None:
        self.bench, self.client, self.document, self.text = bench, client, document, document.text
        self.told, _ = bench.diagnostics_after(client, document, document.open(client), 30)
        self.number = 0

    def replace(self, old: str, new: str) -> None:
        at = self.text.rindex(old) if old else len(self.text)
        start, end = (self._position(offset) for offset in (at, at + len(old)))
        self.text = self.text[:at] + new + self.text[at + len(old) :]
        self.document.version += 1
        change = {"range": {"start": start, "end": end}, "text": new}
        identifier = {**self.document.identifier, "version": self.document.version}
        sent = self.client.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
        self.told, _ = self.bench.diagnostics_after(self.client, self.document, sent, 30)

    def _position(self, offset: int) -> Dict[str, int]:
        before = self.text[:offset]
        last = before.rpartition("\n")[2]
        return {"line": before.count("\n"), "character": len(last.encode("utf-16-le")) // 2}

    def names(self) -> Set[str]:
        return {each["message"].partition(LACKING)[0] for each in self.told if LACKING in each["message"]}

    def afresh(self) -> List[Dict[str, Any]]:
        """What is said of the same text where nothing was edited."""
        self.number += 1
        path = self.document.path.with_name(f"afresh_{self.number}.py")
        path.write_text(self.text, encoding="utf-8")
        copy = self.bench.Document(path)
        told, _ = self.bench.diagnostics_after(self.client, copy, copy.open(self.client), 30)
        self.client.notify("textDocument/didClose", {"textDocument": copy.identifier})
        path.unlink()
        return told  # type: ignore[no-any-return]


def check(harness: Path, command: List[str], file: Path) -> int:
    """The number of ops that are told to lack inputs.

    Ends the program with a sentence where something is told wrongly.
    """
    bench = load(harness)
    with server(bench, command, file.parent) as client:
        edited = Edited(bench, client, bench.Document(file))
        count = len(edited.told)
        wanted = ops(edited.text)
        for what, old, new, names in [
            ("as it is", None, "", wanted),
            ("with an op more", "", ADDED, wanted | {"AddedLater"}),
            ("with that op renamed", "class AddedLater", "class AddedAtLast", wanted | {"AddedAtLast"}),
            ("with inputs for that op", "class AddedAtLast", DIRECTIVE + "class AddedAtLast", wanted),
        ]:
            if old is not None:
                edited.replace(old, new)
            if edited.names() != names:
                wrong = sorted(edited.names() ^ names)[:5]
                sys.exit(f"bench-lsp: the diagnostics of {file.name} {what} are wrong about {', '.join(wrong)}")
            if edited.told != edited.afresh():
                sys.exit(f"bench-lsp: the diagnostics of {file.name} {what} are not its text's opened afresh")
        return count
