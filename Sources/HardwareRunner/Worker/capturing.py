"""Capturing the op's graph, for the reference worker."""

from typing import Any

from . import capture as capture_module
from .state import Message, State


def capture(state: State, message: Message, arena: Any) -> Message:
    """Hands the model in `eval()` with example inputs to the capture, and its answer on."""
    reference = state.loaded()
    inputs = reference.example_inputs(message.get("seed", 0))
    return {"graph": capture_module.capture(state.built(), inputs, reference.files)}


HANDLERS = {"capture": capture}
