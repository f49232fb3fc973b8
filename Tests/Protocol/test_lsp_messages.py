"""Every message of a real session, decoded by another implementation of LSP and, where it is ours, by our schemas."""

from __future__ import annotations

import json
import sys
import unittest
from typing import Any, Dict, List

import schemas
from lsprotocol import converters, types

sys.path.insert(0, str(schemas.REPOSITORY / "Tests" / "Editors"))

from support import PYTHON, SERVER, WorkspaceTest

from demo.__main__ import environment_of
from demo.bundled import BundledEditor
from demo.editor import one_action, wait_for
from demo.framing import Message

CONVERTER = converters.get_converter()


def without_nulls(value: Any) -> Any:
    """A null and an absent key say the same to a client."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def decoded_and_written_again(method: str, message: Message) -> Any:
    """The message as lsprotocol understands it: what it doesn't know is missing, what it can't read raises."""
    if method == "textDocument/codeAction":
        # Decoded one by one: lsprotocol takes an action that has a command for a bare `Command`.
        actions = [CONVERTER.unstructure(CONVERTER.structure(each, types.CodeAction)) for each in message["result"]]
        return {**message, "result": actions}
    request_or_notification, response, _, _ = types.METHOD_TO_TYPES[method]
    return CONVERTER.unstructure(
        CONVERTER.structure(message, request_or_notification if "method" in message else response)
    )


class SessionTests(WorkspaceTest):
    """One session that asks for everything an editor asks for; the tests look at what went over the wire."""

    sent: List[Message] = []
    received: List[Message] = []
    ops: List[Dict[str, Any]] = []

    def setUp(self) -> None:
        super().setUp()
        if not self.sent:
            self._take_part()

    def test_the_server_says_nothing_that_lsp_does_not_have(self) -> None:
        asked = {message["id"]: message["method"] for message in self.sent if "id" in message and "method" in message}
        for message in self.received:
            method = message.get("method") or asked[message["id"]]
            if method.startswith("kernelwright/"):
                continue
            with self.subTest(method):
                self.assertEqual(without_nulls(decoded_and_written_again(method, message)), without_nulls(message))

    def test_every_command_has_the_argument_that_its_schema_says(self) -> None:
        seen = 0
        for command in self._commands(self.received):
            with self.subTest(command["command"]):
                self.assertEqual(len(command["arguments"]), 1)
                self.assertEqual(schemas.problems("lsp/command-arguments", command["arguments"][0]), [])
                seen += 1
        self.assertGreater(seen, 0)

    def test_the_list_of_ops_is_as_its_schema_says(self) -> None:
        self.assertEqual([op["name"] for op in self.ops], ["Model"])
        self.assertEqual(schemas.problems("lsp/ops", self.ops), [])

    def _take_part(self) -> None:
        file = self.example("moving_average.py")
        command = [str(SERVER), "serve"]
        editor = BundledEditor(command, self.workspace, self._log, environment_of(PYTHON), self._record)
        self.addCleanup(editor.close)
        editor.open(file)
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
        params = {"textDocument": {"uri": editor.uri}}
        type(self).ops = editor.client.request("kernelwright/ops", params)
        editor.close()

    def _record(self, direction: str, message: Message) -> None:
        (self.received if direction == "server" else self.sent).append(json.loads(json.dumps(message)))

    def _commands(self, value: Any) -> List[Dict[str, Any]]:
        """Every LSP `Command` of ours anywhere in a value."""
        if isinstance(value, list):
            return [command for each in value for command in self._commands(each)]
        if not isinstance(value, dict):
            return []
        here = [value] if str(value.get("command", "")).startswith("kernelwright.") else []
        return here + [command for each in value.values() for command in self._commands(each)]


if __name__ == "__main__":
    unittest.main()
