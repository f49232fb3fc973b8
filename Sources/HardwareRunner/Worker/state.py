"""What a worker holds between commands, and the commands that concern the model's state."""

import os
from typing import Any, Dict, List, Optional

import torch
from torch import nn

from . import candidate
from .reference import Reference
from .tensors import Arena, dtype_name, layout_of

Message = Dict[str, Any]


class State:
    """One op, one model, at most one call under way."""

    def __init__(self, role: str, arena: Optional[Arena]) -> None:
        self.role = role
        self.arena = arena
        self.reference: Optional[Reference] = None
        self.model: Optional[nn.Module] = None
        self.call: Any = None  # what is called under the clock; the model, compiled or not
        self.own: Optional[int] = None  # nanoseconds of the null call's own work
        self.touches = True  # whether it does any
        self.kept: Any = None  # outputs of the last call, alive until the next one is prepared
        self.user_paths: List[str] = []
        self.gradients_off = False  # whether a call in training has left them turned off

    def loaded(self) -> Reference:
        if self.reference is None:
            raise RuntimeError("no op has been loaded")
        return self.reference

    def built(self) -> nn.Module:
        if self.model is None:
            raise RuntimeError("no model has been built")
        return self.model


def load(state: State, message: Message, arena: Arena) -> Message:
    """Loads the op and builds its model; `describe` asks for what loading tells."""
    state.reference = Reference(message["reference"])
    state.user_paths = [state.reference.path]
    if message["contender"] == "candidate":
        state.user_paths.insert(0, candidate.path())
        state.model = candidate.build(state.reference, message["candidate"])
    elif message["contender"] != "null":
        state.model = state.reference.build()
    state.call = state.model
    if message["contender"] == "compiled":
        state.call = torch.compile(state.model)
    return describe(state, message, arena) if message["describe"] else {}


def describe(state: State, message: Message, arena: Arena) -> Message:
    model = state.built()
    inputs = state.loaded().example_inputs(0)
    return {
        "state": [
            {"name": name, "layout": layout_of(tensor)}
            for name, tensor in model.state_dict().items()
        ],
        "trainable": [n for n, p in model.named_parameters() if p.requires_grad],
        "inputs": [_summary(value) for value in inputs],
    }


def _summary(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return "%s%s" % (dtype_name(value.dtype), list(value.shape))
    return repr(value)[:200]


def export_state(state: State, message: Message, arena: Arena) -> Message:
    arena.cursor = message["offset"]
    values = state.built().state_dict()
    layouts = arena.put_all([tensor.cpu() for tensor in values.values()])
    entries = [{"name": n, "layout": layout} for n, layout in zip(values, layouts)]
    return {"entries": entries, "end": arena.cursor}


def load_state(state: State, message: Message, arena: Arena) -> Message:
    """Loads weights strictly: missing, unexpected and misshapen entries raise; so do ones of another type.
    `as_training` changes the tensors themselves under `no_grad`, as an optimizer's step does: no hook hears of it."""
    model = state.built()
    given = {e["name"]: arena.view(e["layout"]).clone() for e in message["entries"]}
    own = model.state_dict()
    for name, tensor in given.items():
        if name in own and own[name].dtype != tensor.dtype:
            raise RuntimeError(
                "%s is %s where the reference has %s"
                % (name, own[name].dtype, tensor.dtype)
            )
    if message["as_training"]:
        with torch.no_grad():
            for name, tensor in given.items():
                own[name].copy_(tensor)
    else:
        model.load_state_dict(given, strict=True)
    return {}


def make_inputs(state: State, message: Message, arena: Arena) -> Message:
    arena.cursor = message["offset"]
    values = state.loaded().example_inputs(message["seed"])
    arguments = arena.encode(values)
    return {"arguments": arguments, "end": arena.cursor}


def set_training(state: State, message: Message, arena: Arena) -> Message:
    if state.model is not None:
        state.model.train(message["training"])
    return {}


def set_threads(state: State, message: Message, arena: Arena) -> Message:
    torch.set_num_threads(message["threads"])
    return {}


def settings(state: State, message: Message, arena: Arena) -> Message:
    """What any code can set for all other code of its program, and an op must leave as it found it."""
    small = torch.full((1,), 1e-310, dtype=torch.float64)
    default_device = getattr(torch, "get_default_device", lambda: "cpu")  # since PyTorch 2.3
    return {
        "settings": {
            "the default type": str(torch.get_default_dtype()),
            "the default device": str(default_device()),
            "gradients": "off" if state.gradients_off or not torch.is_grad_enabled() else "on",
            "the number of threads": str(torch.get_num_threads()),
            "deterministic algorithms": str(torch.are_deterministic_algorithms_enabled()),
            "the precision of matrix products": torch.get_float32_matmul_precision(),
            "denormal numbers": "flushed to zero" if float(small * 1) == 0 else "kept",
            "the working folder": os.getcwd(),
        }
    }


HANDLERS = {
    "load": load,
    "describe": describe,
    "export_state": export_state,
    "load_state": load_state,
    "make_inputs": make_inputs,
    "set_training": set_training,
    "set_threads": set_threads,
    "settings": settings,
}
