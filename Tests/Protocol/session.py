"""A session of everything that an editor asks for, as far as the editor has announced that it knows of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any, Dict, List, Mapping, Optional

import schemas
from announced import announces
from decoding import Conversation

sys.path.insert(0, str(schemas.REPOSITORY / "Tests" / "Editors"))

from support import PYTHON, SERVER

from demo.__main__ import environment_of
from demo.bundled import BundledEditor
from demo.editor import wait_for


class Session:
    """One client, its server, and what they said."""

    def __init__(self, capabilities: Mapping[str, Any], workspace: Path, log: IO[bytes]) -> None:
        self.capabilities = capabilities
        self.conversation = Conversation()
        command = [str(SERVER), "serve"]
        environment = environment_of(PYTHON)
        record = self.conversation.record
        self.editor = BundledEditor(command, workspace, log, environment, record, capabilities)

    def has(self, path: str) -> bool:
        return announces(self.capabilities, path)

    def ask(self, method: str, **more: Any) -> Any:
        """A request about the open document."""
        return self.editor.client.request(method, {"textDocument": {"uri": self.editor.uri}, **more})

    def command(self, name: str, op: str) -> Any:
        """What a click on a code lens or a command does."""
        params = {"command": f"kernelwright.{name}", "arguments": [{"uri": self.editor.uri, "name": op}]}
        return self.editor.client.request("workspace/executeCommand", params)

    def lenses(self) -> List[Dict[str, Any]]:
        if not self.has("textDocument.codeLens"):
            return []
        return [self.editor.client.request("codeLens/resolve", lens) for lens in self.ask("textDocument/codeLens")]

    def hints(self) -> List[Dict[str, Any]]:
        """Hints with their tooltips, for a client that asks for those."""
        if not self.has("textDocument.inlayHint"):
            return []
        end = {"line": len(self.editor.document.lines), "character": 0}
        hints = self.ask("textDocument/inlayHint", range={"start": {"line": 0, "character": 0}, "end": end})
        if not self.has("textDocument.inlayHint.resolveSupport"):
            return list(hints)
        return [self.editor.client.request("inlayHint/resolve", hint) for hint in hints]

    def diagnostics(self) -> List[Dict[str, Any]]:
        """Pulled where the server says that it is to be pulled, waited for otherwise."""
        if "diagnosticProvider" not in self.editor.initialized["capabilities"]:
            wait_for(self.editor, "diagnostics", self.editor.diagnostics)
            return list(self._pushed() or [])
        report = self.ask("textDocument/diagnostic")
        again = self.ask("textDocument/diagnostic", previousResultId=report["resultId"])
        assert again["kind"] == "unchanged", again
        known = [{"uri": self.editor.uri, "value": report["resultId"]}]
        self.editor.client.request("workspace/diagnostic", {"previousResultIds": known})
        return list(report["items"])

    def actions(self, line: int, diagnostics: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        at = {"line": line, "character": 0}
        here = [each for each in diagnostics if each["range"]["start"]["line"] == line]
        context = {"diagnostics": here, "triggerKind": 1}
        return list(self.ask("textDocument/codeAction", range={"start": at, "end": at}, context=context))

    def _pushed(self) -> Optional[List[Dict[str, Any]]]:
        received = self.conversation.received
        pushes = [each["params"] for each in received if each.get("method") == "textDocument/publishDiagnostics"]
        return pushes[-1]["diagnostics"] if pushes else None
