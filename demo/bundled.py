"""The client that comes with the demo, for machines without an editor: an LSP editor without a screen."""

from __future__ import annotations

import os
import time
from collections import deque
from pathlib import Path
from typing import IO, Any, Callable, Deque, Dict, List, Mapping, Optional, Sequence

from .capabilities import CAPABILITIES
from .client import Client
from .document import Document
from .editor import Line, Progress
from .framing import Message

# A column that no line has: LSP 3.17 says that it means the line's end.
LINE_END = 1 << 20


class BundledEditor:
    """One document, one server."""

    name = "the bundled LSP client"

    def __init__(
        self,
        command: Sequence[str],
        root: Path,
        stderr: IO[bytes],
        environment: Mapping[str, str],
        record: Optional[Callable[[str, Message], None]] = None,
        capabilities: Mapping[str, Any] = CAPABILITIES,
    ) -> None:
        self.client = Client(command, stderr, root, environment, record)
        self._capabilities = capabilities
        self._root = root.as_uri()
        self._progress: Deque[Progress] = deque()
        self._titles: Dict[str, str] = {}
        self._diagnostics: List[Line] = []
        self._messages: List[str] = []
        self._listen()
        self.initialized = self.client.request("initialize", self._initialize_params(root))
        self.client.notify("initialized", {})
        self._encoding = self.initialized["capabilities"].get("positionEncoding", "utf-16")
        self.document = Document("", self._encoding)
        self.path, self.uri = root, ""

    def open(self, path: Path) -> None:
        self.path, self.uri = path, path.as_uri()
        self.document = Document(path.read_text(encoding="utf-8"), self._encoding)
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": self.document.text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    def leave(self) -> None:
        """Closes the document; the server goes on."""
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    def symbols(self) -> List[Line]:
        found = self.client.request("textDocument/documentSymbol", {"textDocument": {"uri": self.uri}}) or []
        return [Line(each["selectionRange"]["start"]["line"], _symbol(each)) for each in found]

    def hints(self) -> List[Line]:
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": len(self.document.lines), "character": 0}}
        found = self.client.request("textDocument/inlayHint", {"textDocument": {"uri": self.uri}, "range": whole}) or []
        return sorted((Line(each["position"]["line"], _label(each)) for each in found), key=lambda each: each.line)

    def diagnostics(self) -> List[Line]:
        return self._diagnostics

    def actions(self, line: int) -> List[str]:
        return [action["title"] for action in self._actions(line)]

    def run_action(self, line: int, title: str) -> None:
        action = next(each for each in self._actions(line) if each["title"] == title)
        if "edit" not in action and "command" not in action:
            action = self.client.request("codeAction/resolve", action)
        if "edit" in action:
            self._apply_edit({"edit": action["edit"]})
        command = action.get("command")
        if command:
            params = {"command": command["command"], "arguments": command.get("arguments", [])}
            self.client.request("workspace/executeCommand", params)

    def hover(self, line: int) -> str:
        text = self.document.lines[line]
        at = {"line": line, "character": len(text) - len(text.lstrip())}
        card = self.client.request("textDocument/hover", {"textDocument": {"uri": self.uri}, "position": at})
        contents = (card or {}).get("contents", "")
        return contents.get("value", "") if isinstance(contents, dict) else str(contents)

    def text(self) -> str:
        return self.document.text

    def replace(self, old: str, new: str) -> None:
        line = next(number for number, text in enumerate(self.document.lines) if old in text)
        changed = self.document.lines[line].replace(old, new, 1)
        whole = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": LINE_END}}
        self.document.apply([{"range": whole, "newText": changed}])
        self._changed()

    def undo(self) -> None:
        self.document.undo()
        self._changed()

    def redo(self) -> None:
        self.document.redo()
        self._changed()

    def save(self) -> None:
        self.path.write_text(self.document.text, encoding="utf-8")
        self.client.notify("textDocument/didSave", {"textDocument": {"uri": self.uri}})

    def messages(self) -> List[str]:
        return self._messages

    def cancel_progress(self, token: str) -> None:
        self.client.notify("window/workDoneProgress/cancel", {"token": token})

    def take_progress(self, timeout: float) -> Optional[Progress]:
        deadline = time.monotonic() + timeout
        while not self._progress:
            if not self.client.pump(deadline - time.monotonic()):
                return None
        return self._progress.popleft()

    def settle(self, seconds: float) -> None:
        self.client.pump(seconds)

    def close(self) -> None:
        self.client.stop()

    def _initialize_params(self, root: Path) -> Dict[str, Any]:
        return {
            "processId": os.getpid(),
            "clientInfo": {"name": "kernelwright-demo"},
            "rootUri": self._root,
            "workspaceFolders": [{"uri": self._root, "name": root.name}],
            "capabilities": self._capabilities,
        }

    def _listen(self) -> None:
        self.client.notifications = {
            "$/progress": self._on_progress,
            "textDocument/publishDiagnostics": self._on_diagnostics,
            "window/showMessage": lambda params: self._messages.append(params["message"]),
        }
        self.client.requests = {
            "window/workDoneProgress/create": lambda params: None,
            **{f"workspace/{each}/refresh": lambda params: None for each in ("inlayHint", "codeLens", "diagnostic")},
            "window/showDocument": lambda params: {"success": True},
            "workspace/applyEdit": self._apply_edit,
            "workspace/configuration": lambda params: [None for _ in params["items"]],
            "window/showMessageRequest": lambda params: self._messages.append(params["message"]),
            "client/registerCapability": lambda params: None,
        }

    def _actions(self, line: int) -> List[Dict[str, Any]]:
        at = {"line": line, "character": 0}
        params = {
            "textDocument": {"uri": self.uri},
            "range": {"start": at, "end": at},
            "context": {"diagnostics": []},
        }
        found = self.client.request("textDocument/codeAction", params) or []
        return [action for action in found if "disabled" not in action]

    def _apply_edit(self, params: Any) -> Dict[str, Any]:
        edit = params["edit"]
        changes = [(each["textDocument"]["uri"], each["edits"]) for each in edit.get("documentChanges", [])]
        changes += list(edit.get("changes", {}).items())
        if [uri for uri, _ in changes] != [self.uri]:
            return {"applied": False, "failureReason": "this editor has one document open"}
        self.document.apply(changes[0][1])
        self._changed()
        return {"applied": True}

    def _changed(self) -> None:
        identifier = {"uri": self.uri, "version": self.document.version}
        change = {"textDocument": identifier, "contentChanges": [{"text": self.document.text}]}
        self.client.notify("textDocument/didChange", change)

    def _on_progress(self, params: Any) -> None:
        value, token = params["value"], str(params["token"])
        title = value.get("title") or self._titles.get(token, "")
        self._titles[token] = title
        self._progress.append(Progress(value["kind"], token, title, value.get("message", ""), value.get("percentage")))

    def _on_diagnostics(self, params: Any) -> None:
        if params["uri"] == self.uri:
            found = params["diagnostics"]
            self._diagnostics = [Line(each["range"]["start"]["line"], each["message"]) for each in found]


def _label(hint: Dict[str, Any]) -> str:
    label = hint["label"]
    return label if isinstance(label, str) else "".join(part["value"] for part in label)


def _symbol(symbol: Dict[str, Any]) -> str:
    detail = symbol.get("detail")
    return f"{symbol['name']} ({detail})" if detail else str(symbol["name"])
