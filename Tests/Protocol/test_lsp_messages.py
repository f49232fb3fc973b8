"""Every message of real sessions, decoded by another implementation of LSP and, where it is ours, by our schemas."""

from __future__ import annotations

import re
import unittest
from typing import Any, Dict, List, Set

import newest
import schemas
from announced import Announced
from decoding import Conversation
from session import Session

from demo.capabilities import CAPABILITIES
from demo.client import ServerError
from demo.editor import one_action, wait_for
from support import WorkspaceTest

SOURCES = schemas.REPOSITORY / "Sources" / "LanguageServerProtocol"
# How each kind of message is declared there, one a file or a few of them.
DECLARATION = re.compile(
    r'enum \w+: (?:ClientRequest|ServerRequest|ServerNotification) \{\s+public static let method = "(.+)"'
)
CELLS = {
    "one": "import torch\n",
    "two": "def shout(x):\n    return torch.exp(x) * 2\n",
}


def declared() -> Set[str]:
    """Every kind of message that the server can send: replies, requests and notifications."""
    return {method for file in SOURCES.rglob("*.swift") for method in DECLARATION.findall(file.read_text())}


class SessionTests(WorkspaceTest):
    """Two sessions that ask for everything an editor asks for; the tests look at what went over the wire."""

    conversations: List[Conversation] = []
    ops: List[Dict[str, Any]] = []

    def setUp(self) -> None:
        super().setUp()
        if not self.conversations:
            self.conversations.extend((self._usual(), self._newest()))

    def test_the_server_says_nothing_that_lsp_does_not_have(self) -> None:
        for conversation in self.conversations:
            self.assertEqual(conversation.problems(), [])

    def test_no_kind_of_message_is_left_out_here(self) -> None:
        said = {kind for conversation in self.conversations for kind in conversation.kinds()}
        self.assertGreater(len(declared()), 25)
        self.assertEqual(declared() - said, set())

    def test_the_newest_client_hears_nothing_that_it_did_not_announce(self) -> None:
        self.assertEqual(Announced(newest.CAPABILITIES).findings(self.conversations[1]), [])

    def test_every_command_has_the_argument_that_its_schema_says(self) -> None:
        seen = 0
        for command in self._commands([conversation.received for conversation in self.conversations]):
            with self.subTest(command["command"]):
                self.assertEqual(len(command["arguments"]), 1)
                self.assertEqual(schemas.problems("lsp/command-arguments", command["arguments"][0]), [])
                seen += 1
        self.assertGreater(seen, 0)

    def test_the_list_of_ops_is_as_its_schema_says(self) -> None:
        self.assertEqual([op["name"] for op in self.ops], ["Model"])
        self.assertEqual(schemas.problems("lsp/ops", self.ops), [])

    def _session(self, capabilities: Dict[str, Any]) -> Session:
        session = Session(capabilities, self.workspace, self._log)
        self.addCleanup(session.editor.close)
        return session

    def _usual(self) -> Conversation:
        """A profile, and an optimisation that is stopped."""
        session = self._session(CAPABILITIES)
        editor = session.editor
        editor.open(self.example("moving_average.py"))
        line = self.line_of(editor, "Model")
        editor.hover(line)
        for action in ("Profile this op", "Optimize this op"):
            editor.run_action(line, one_action(editor, line, action))
            begun = self.progress_until(editor, 1)[0]
            if action == "Optimize this op":
                editor.cancel_progress(begun.token)
            self.progress_until(editor, 101)
        wait_for(editor, "times", editor.hints)
        editor.hover(line)
        editor.actions(line)
        # This client can't be shown a document, so it gets a message that says where the report is.
        session.command("showReport", "Model")
        wait_for(editor, "where the report is", editor.messages)
        type(self).ops = session.ask("kernelwright/ops")
        editor.close()
        return session.conversation

    def _newest(self) -> Conversation:
        """What only newer clients ask for and hear, in the workspace with the results of the session before."""
        session = self._session(newest.CAPABILITIES)
        editor, client = session.editor, session.editor.client
        client.notify("$/setTrace", {"value": "verbose"})
        editor.open(self.workspace / "moving_average.py")
        line = self.line_of(editor, "Model")
        wait_for(editor, "times", session.hints)
        self.assertTrue(session.lenses())
        report = session.command("showReport", "Model")
        self.assertIn("Model", client.request("workspace/textDocumentContent", report)["text"])
        editor.open(self.example("transformer_pieces.py"))
        line = self.line_of(editor, "rotate")
        editor.run_action(line, one_action(editor, line, "Insert example inputs"))
        editor.undo()
        session.command("insertDirective", "rotate")
        editor.undo()
        session.diagnostics()
        self._read_a_notebook(session)
        with self.assertRaises(ServerError):
            session.command("unheardOf", "rotate")
        editor.close()
        return session.conversation

    def _read_a_notebook(self, session: Session) -> None:
        """A cell is a document of its own: its symbols, lens, card and diagnostics are asked for by its URI."""
        client = session.editor.client
        notebook = (self.workspace / "notes.ipynb").as_uri()
        uris = {f"{notebook}#{name}": text for name, text in CELLS.items()}
        client.notify(
            "notebookDocument/didOpen",
            {
                "notebookDocument": {
                    "uri": notebook,
                    "notebookType": "jupyter-notebook",
                    "version": 1,
                    "cells": [{"kind": 2, "document": uri} for uri in uris],
                },
                "cellTextDocuments": [
                    {"uri": uri, "languageId": "python", "version": 1, "text": text} for uri, text in uris.items()
                ],
            },
        )
        session.editor.uri = f"{notebook}#two"
        self.assertEqual([symbol.text.split(" ")[0] for symbol in session.editor.symbols()], ["shout"])
        self.assertTrue(session.lenses())
        self.assertTrue(session.ask("textDocument/hover", position={"line": 0, "character": 5}))
        self.assertTrue(session.diagnostics())
        self.assertTrue(session.actions(0, []))

    def _commands(self, value: Any) -> List[Dict[str, Any]]:
        """Every LSP `Command` of ours anywhere in a value."""
        if isinstance(value, list):
            return [command for each in value for command in self._commands(each)]
        if not isinstance(value, dict):
            return []
        here = [value] if "title" in value and str(value.get("command", "")).startswith("kernelwright.") else []
        return here + [command for each in value.values() for command in self._commands(each)]


if __name__ == "__main__":
    unittest.main()
