"""What a client has to announce before a server may send it something (LSP 3.17 and 3.18, "ClientCapabilities").

Only what Kernelwright sends: a method or a field that is not here is no business of it and counts as a finding.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional

from decoding import OURS, Conversation

# What a message from the server needs; nil for what every client takes.
MESSAGES: Dict[str, Optional[str]] = {
    "$/logTrace": None,
    "$/progress": "window.workDoneProgress",
    "client/registerCapability": None,  # each registration needs its own
    "textDocument/publishDiagnostics": "textDocument.publishDiagnostics",
    "window/logMessage": None,
    "window/showDocument": "window.showDocument.support",
    "window/showMessage": None,
    "window/workDoneProgress/create": "window.workDoneProgress",
    "workspace/applyEdit": "workspace.applyEdit",
    "workspace/codeLens/refresh": "workspace.codeLens.refreshSupport",
    "workspace/configuration": "workspace.configuration",
    "workspace/diagnostic/refresh": "workspace.diagnostics.refreshSupport",
    "workspace/inlayHint/refresh": "workspace.inlayHint.refreshSupport",
}
REGISTRATIONS = {
    "workspace/didChangeConfiguration": "workspace.didChangeConfiguration.dynamicRegistration",
    "workspace/didChangeWatchedFiles": "workspace.didChangeWatchedFiles.dynamicRegistration",
}
ACTION_FIELDS = {
    "isPreferred": "textDocument.codeAction.isPreferredSupport",
    "disabled": "textDocument.codeAction.disabledSupport",
    "data": "textDocument.codeAction.dataSupport",
    "tags": "textDocument.codeAction.tagSupport",
}
DIAGNOSTIC_FIELDS = {
    "relatedInformation": "textDocument.publishDiagnostics.relatedInformation",
    "tags": "textDocument.publishDiagnostics.tagSupport",
    "codeDescription": "textDocument.publishDiagnostics.codeDescriptionSupport",
    "data": "textDocument.publishDiagnostics.dataSupport",
}
SERVER_FIELDS = {
    "diagnosticProvider": "textDocument.diagnostic",
    "notebookDocumentSync": "notebookDocument.synchronization",
}


def value(capabilities: Mapping[str, Any], path: str) -> Any:
    """What stands at `textDocument.hover.contentFormat` or such; nil where there is nothing."""
    found: Any = capabilities
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def announces(capabilities: Mapping[str, Any], path: str) -> bool:
    """An empty object says as much as `true`: the client knows of the thing."""
    return value(capabilities, path) not in (None, False)


class Announced:
    """One client's capabilities, and what a conversation held beyond them."""

    def __init__(self, capabilities: Mapping[str, Any]) -> None:
        self._capabilities = capabilities

    def findings(self, conversation: Conversation) -> List[str]:
        found = [f"{each} is not announced" for each in sorted(self._messages(conversation))]
        for result in conversation.results("initialize"):
            found += self._server(result["capabilities"])
        for result in conversation.results("textDocument/hover"):
            found += self._markup("hover", result["contents"]) if result else []
        for actions in conversation.results("textDocument/codeAction"):
            found += [said for action in actions for said in self._action(action)]
        for action in conversation.results("codeAction/resolve"):
            found += self._edit(action["edit"], is_of_action=True)
        for symbols in conversation.results("textDocument/documentSymbol"):
            found += [said for symbol in symbols for said in self._symbol(symbol)]
        for message in conversation.received:
            found += self._params(message.get("method"), message.get("params"))
        return found

    def _has(self, path: Optional[str]) -> bool:
        return path is None or announces(self._capabilities, path)

    def _messages(self, conversation: Conversation) -> Iterator[str]:
        for message in conversation.received:
            method = str(message.get("method"))
            if "method" in message and not method.startswith(OURS):
                if method not in MESSAGES or not self._has(MESSAGES[method]):
                    yield method

    def _server(self, server: Mapping[str, Any]) -> Iterator[str]:
        for field, path in SERVER_FIELDS.items():
            if field in server and not self._has(path):
                yield f"{field} is not announced"
        # Ours change without an edit, so that pulling takes being told to pull again, where there is another way.
        can_be_told = self._has("workspace.diagnostics.refreshSupport")
        if "diagnosticProvider" in server and not can_be_told and self._has("textDocument.publishDiagnostics"):
            yield "diagnostics are pulled, and a refresh is not announced"
        encodings = value(self._capabilities, "general.positionEncodings") or []
        if "positionEncoding" in server and server["positionEncoding"] not in encodings:
            yield f"positions in {server['positionEncoding']} are not announced"
        if value(server, "workspace.textDocumentContent") and not self._has("workspace.textDocumentContent"):
            yield "workspace.textDocumentContent is not announced"

    def _params(self, method: Optional[str], params: Any) -> Iterator[str]:
        if method == "textDocument/publishDiagnostics":
            if "version" in params and not self._has("textDocument.publishDiagnostics.versionSupport"):
                yield "the version of diagnostics is not announced"
            for each in params["diagnostics"]:
                yield from self._fields("a diagnostic", each, DIAGNOSTIC_FIELDS)
        elif method == "workspace/applyEdit":
            yield from self._edit(params["edit"], is_of_action=False)
        elif method == "client/registerCapability":
            for each in params["registrations"]:
                if each["method"] not in REGISTRATIONS or not self._has(REGISTRATIONS[each["method"]]):
                    yield f"the registration of {each['method']} is not announced"

    def _action(self, action: Mapping[str, Any]) -> Iterator[str]:
        kinds = value(self._capabilities, "textDocument.codeAction.codeActionLiteralSupport.codeActionKind.valueSet")
        if isinstance(action.get("command"), str):
            return  # a `Command`, as the oldest clients have it
        if kinds is None:
            yield f"“{action['title']}” is no command, and literals are not announced"
        # Kinds are hierarchies: a client that knows `refactor.rewrite` knows all below it.
        elif not any(kind == "" or f"{action['kind']}.".startswith(f"{kind}.") for kind in kinds):
            yield f"the kind {action['kind']} is below none that is announced"
        if not {"edit", "command", "disabled"} & set(action):
            if "edit" not in (value(self._capabilities, "textDocument.codeAction.resolveSupport.properties") or []):
                yield f"“{action['title']}” has to be resolved, which is not announced"
        yield from self._fields(f"“{action['title']}”", action, ACTION_FIELDS)
        yield from self._edit(action.get("edit", {}), is_of_action=True)

    def _edit(self, edit: Mapping[str, Any], is_of_action: bool) -> Iterator[str]:
        if "documentChanges" in edit and not self._has("workspace.workspaceEdit.documentChanges"):
            yield "documentChanges are not announced"
        if "changeAnnotations" in edit and not self._has("workspace.workspaceEdit.changeAnnotationSupport"):
            yield "changeAnnotations are not announced"
        if "changeAnnotations" in edit and is_of_action:
            if not self._has("textDocument.codeAction.honorsChangeAnnotations"):
                yield "changeAnnotations of a code action are not announced"

    def _symbol(self, symbol: Mapping[str, Any]) -> Iterator[str]:
        known = value(self._capabilities, "textDocument.documentSymbol.symbolKind.valueSet") or range(1, 19)
        if symbol["kind"] not in known:
            yield f"symbols of kind {symbol['kind']} are not announced"
        if "location" not in symbol and not self._has("textDocument.documentSymbol.hierarchicalDocumentSymbolSupport"):
            yield "symbols with children are not announced"

    def _markup(self, where: str, contents: Mapping[str, Any]) -> Iterator[str]:
        if contents["kind"] not in (value(self._capabilities, f"textDocument.{where}.contentFormat") or []):
            yield f"a {where} in {contents['kind']} is not announced"

    def _fields(self, what: str, item: Mapping[str, Any], fields: Mapping[str, str]) -> Iterator[str]:
        for field, path in fields.items():
            if field in item and not self._has(path):
                yield f"{what} has {field}, which is not announced"
