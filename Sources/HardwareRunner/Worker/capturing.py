"""Capturing the op's graph, for the reference worker."""

from typing import Any

from . import capture as capture_module
from . import segments
from .state import Message, State


def capture(state: State, message: Message, arena: Any) -> Message:
    """Hands the model in `eval()` with example inputs to the capture, and its answer on.

    Where there is no graph of the whole, the answer says why, and what graphs there are of parts.
    """
    reference = state.loaded()
    inputs = reference.example_inputs(message.get("seed", 0))
    model = state.built()
    try:
        return {"graph": capture_module.capture(model, inputs, reference.files)}
    except capture_module.CaptureError as problem:
        try:
            parts = segments.capture_segments(model, inputs, reference.files)
        except capture_module.CaptureError:
            raise problem from None
        return {"problem": str(problem), "segments": parts}


HANDLERS = {"capture": capture}
