"""What went over the wire, decoded strictly by another implementation of LSP (Microsoft's `lsprotocol`)."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Set

from lsprotocol import converters, types

Message = Dict[str, Any]
CONVERTER = converters.get_converter()
# Ours, and so not lsprotocol's to know; `protocol/lsp` describes it.
OURS = "kernelwright/"
# What stands in a progress notification is any value as far as the specification's types go.
PROGRESS = {
    "begin": types.WorkDoneProgressBegin,
    "report": types.WorkDoneProgressReport,
    "end": types.WorkDoneProgressEnd,
}


class Conversation:
    """Everything that a client and the server said to each other, in order."""

    def __init__(self) -> None:
        self.sent: List[Message] = []
        self.received: List[Message] = []

    def record(self, direction: str, message: Message) -> None:
        (self.received if direction == "server" else self.sent).append(json.loads(json.dumps(message)))

    def method(self, message: Message) -> str:
        """The method of a message of the server's; of a reply, that of the request."""
        if "method" in message:
            return str(message["method"])
        return next(str(each["method"]) for each in self.sent if each.get("id") == message["id"] and "method" in each)

    def kinds(self) -> Set[str]:
        """The methods of all that the server sent, replies among them that are no errors."""
        return {self.method(each) for each in self.received if "error" not in each}

    def results(self, method: str) -> List[Any]:
        """What the server answered to requests of one kind."""
        return [each["result"] for each in self.received if "result" in each and self.method(each) == method]

    def problems(self) -> List[str]:
        """Where lsprotocol reads something else than what the server wrote, or can't read it."""
        found = [f"{self.method(each)}: {said}" for each in self.received for said in _problem(self.method(each), each)]
        return found + self._problems_of_progress()

    def _problems_of_progress(self) -> List[str]:
        """A token is created and used once: a beginning, reports, an end (LSP 3.17, "Work Done Progress")."""
        found: List[str] = []
        stages: Dict[str, str] = {}
        before = {"create": None, "begin": "create", "report": "begin", "end": "begin"}
        for message in self.received:
            if message.get("method") not in ("window/workDoneProgress/create", "$/progress"):
                continue
            token = message["params"]["token"]
            kind = message["params"].get("value", {}).get("kind", "create")
            if stages.get(token) != before[kind]:
                found.append(f"the {kind} of {token!r} comes after its {stages.get(token)}")
            stages[token] = "begin" if kind == "report" else kind
        return found + [f"{token!r} never ended" for token, stage in stages.items() if stage == "begin"]


def _problem(method: str, message: Message) -> List[str]:
    if method.startswith(OURS):
        return []
    try:
        read = _without_nulls(_decoded_and_written_again(method, message))
    except Exception as problem:  # whatever its converter raises is a finding
        return [f"{problem!r} on {json.dumps(message)[:300]}"]
    wrote = _without_nulls(message)
    return [] if read == wrote else [f"wrote {json.dumps(wrote)[:300]}, read {json.dumps(read)[:300]}"]


def _decoded_and_written_again(method: str, message: Message) -> Any:
    """The message as lsprotocol understands it: what it doesn't know is missing, what it can't read raises."""
    if "error" in message:
        return _again(message, types.ResponseErrorMessage)
    if method == "textDocument/codeAction":
        # Decoded one by one: lsprotocol takes an action that has a command for a bare `Command`.
        return {**message, "result": [_again(each, _kind_of_action(each)) for each in message["result"]]}
    if method == "$/progress":
        value = message["params"]["value"]
        message = {**message, "params": {**message["params"], "value": _again(value, PROGRESS[value["kind"]])}}
    request_or_notification, response, _, _ = types.METHOD_TO_TYPES[method]
    return _again(message, request_or_notification if "method" in message else response)


def _kind_of_action(action: Any) -> Any:
    return types.Command if isinstance(action.get("command"), str) else types.CodeAction


def _again(value: Any, kind: Any) -> Any:
    return CONVERTER.unstructure(CONVERTER.structure(value, kind))


def _without_nulls(value: Any) -> Any:
    """A null and an absent key say the same to a client."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
