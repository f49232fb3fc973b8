"""The bundled client itself: frames in any pieces, positions in any encoding, edits and undo as an editor has them."""

from __future__ import annotations

import unittest

import support

assert support.REPOSITORY  # importing it puts the repository on the path

from demo.document import Document
from demo.framing import FrameReader, encode

TEXT = "first\nπ = '🐍' + x\nlast\n"


class FramingTests(unittest.TestCase):
    def test_messages_arrive_whole_however_the_pipe_cuts_them(self) -> None:
        messages = [{"id": 1, "result": "π 🐍"}, {"method": "exit"}]
        data = b"".join(encode(message) for message in messages)
        for size in (1, 7, len(data)):
            reader = FrameReader()
            pieces = [data[start : start + size] for start in range(0, len(data), size)]
            self.assertEqual([message for piece in pieces for message in reader.feed(piece)], messages)

    def test_output_that_is_no_header_is_said_to_be_none(self) -> None:
        with self.assertRaisesRegex(ValueError, "not an LSP header"):
            list(FrameReader().feed(b"Hello from a stray print\r\n\r\n"))


class DocumentTests(unittest.TestCase):
    def test_a_column_counts_the_units_of_the_encoding(self) -> None:
        for encoding, column in (("utf-8", 14), ("utf-16", 11), ("utf-32", 10)):
            document = Document(TEXT, encoding)
            self.assertEqual(TEXT[document.offset({"line": 1, "character": column})], "x", encoding)

    def test_a_column_beyond_the_line_is_its_end(self) -> None:
        self.assertEqual(Document(TEXT, "utf-16").offset({"line": 0, "character": 99}), len("first"))

    def test_edits_of_one_step_all_refer_to_the_text_before_it(self) -> None:
        document = Document(TEXT, "utf-16")
        document.apply([_edit(0, 0, 5, "FIRST LINE"), _edit(2, 0, 4, "LAST")])
        self.assertEqual(document.text, "FIRST LINE\nπ = '🐍' + x\nLAST\n")
        document.undo()
        self.assertEqual(document.text, TEXT)
        document.redo()
        self.assertTrue(document.text.startswith("FIRST LINE"))


def _edit(line: int, start: int, end: int, text: str) -> "dict[str, object]":
    return {
        "range": {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}},
        "newText": text,
    }


if __name__ == "__main__":
    unittest.main()
