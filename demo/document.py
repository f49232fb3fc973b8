"""The text of one open document: positions, edits, and undo the way an editor has it."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

Position = Dict[str, int]


class Document:
    """Text with LSP positions in the negotiated encoding. One call of `apply` is one step of undo."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.version = 1
        self._encoding = encoding
        self._undo: List[str] = []
        self._redo: List[str] = []

    @property
    def lines(self) -> List[str]:
        return self.text.split("\n")

    def offset(self, position: Position) -> int:
        """Index into `text`; a column beyond the line's end means the line's end (LSP 3.17, "Position")."""
        lines = self.lines
        if position["line"] >= len(lines):
            return len(self.text)
        start = sum(len(line) + 1 for line in lines[: position["line"]])
        return start + self._column(lines[position["line"]], position["character"])

    def apply(self, edits: List[Dict[str, Any]]) -> None:
        """Text edits all refer to the text as it is now, so they are made from the last one to the first."""
        placed: List[Tuple[int, int, str]] = [
            (self.offset(edit["range"]["start"]), self.offset(edit["range"]["end"]), edit["newText"]) for edit in edits
        ]
        text = self.text
        for start, end, new in sorted(placed, key=lambda each: each[:2], reverse=True):
            text = text[:start] + new + text[end:]
        self._undo.append(self.text)
        self._redo.clear()
        self._become(text)

    def undo(self) -> None:
        self._redo.append(self.text)
        self._become(self._undo.pop())

    def redo(self) -> None:
        self._undo.append(self.text)
        self._become(self._redo.pop())

    def _become(self, text: str) -> None:
        self.text = text
        self.version += 1

    def _column(self, line: str, units: int) -> int:
        """Code points that make up the first `units` code units of a line."""
        seen = 0
        for index, character in enumerate(line):
            if seen >= units:
                return index
            seen += self._width(character)
        return len(line)

    def _width(self, character: str) -> int:
        if self._encoding == "utf-8":
            return len(character.encode())
        if self._encoding == "utf-16":
            return len(character.encode("utf-16-le")) // 2
        return 1
