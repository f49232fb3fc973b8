"""check_types.py DIR: every PROTOCOL.NAME.request and PROTOCOL.NAME.events in DIR against the types of the providers'
own Python packages, where what a type doesn't know is an error too."""
from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
from types import ModuleType
from typing import Any, Iterator, List, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter
from typing_extensions import Annotated, is_typeddict


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield importlib.import_module(found.name)


def make_strict(package: ModuleType) -> None:
    """A request with a member that its type doesn't have is wrong."""
    for module in modules(package):
        for value in vars(module).values():
            if is_typeddict(value) and not getattr(value, "__pydantic_config__", None):
                value.__pydantic_config__ = ConfigDict(extra="forbid")


def data(text: str) -> List[Any]:
    lines = [line[len("data: "):] for line in text.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def event_type(union: Any, name: str) -> Any:
    """The one of a union's types whose `type` says this."""
    for candidate in get_args(get_args(union)[0] if get_origin(union) is Annotated else union):
        if get_args(candidate.model_fields["type"].annotation) == (name,):
            return candidate
    raise TypeError(f"no event is called {name}")


def unknown(value: BaseModel) -> List[str]:
    """Members that the packages' models took along without knowing them."""
    found = list(value.model_extra or {})
    for member in value.__dict__.values():
        for item in member if isinstance(member, list) else [member]:
            found += unknown(item) if isinstance(item, BaseModel) else []
    return found


def main() -> None:
    import anthropic.types
    import openai.types.chat.completion_create_params
    import openai.types.responses.response_create_params

    make_strict(anthropic.types)
    make_strict(openai.types)
    chat, responses = openai.types.chat, openai.types.responses
    requests = {
        "anthropic-messages": anthropic.types.message_create_params.MessageCreateParamsStreaming,
        "openai-chat-completions": chat.completion_create_params.CompletionCreateParamsStreaming,
        "openai-responses": responses.response_create_params.ResponseCreateParamsStreaming,
    }
    events = {
        "anthropic-messages": anthropic.types.RawMessageStreamEvent,
        "openai-chat-completions": chat.ChatCompletionChunk, "openai-responses": responses.ResponseStreamEvent,
    }
    names = sorted(os.listdir(sys.argv[1]))
    for name in names:
        protocol, _, kind = name.split(".")
        with open(os.path.join(sys.argv[1], name), encoding="utf-8") as file:
            text = file.read()
        try:
            if kind == "request":
                TypeAdapter(requests[protocol]).validate_python(json.loads(text))
                continue
            for event in data(text):
                if event.get("type") == "ping":
                    continue
                own = events[protocol] if "type" not in event else event_type(events[protocol], event["type"])
                extra = unknown(own.model_validate(event))
                assert not extra, f"members that nobody knows: {extra}"
        except Exception as error:
            sys.exit(f"{name}: {error}")
    print(f"{len(names)} files")


main()
