"""The user's op: its file's text run as a module, its model, its example inputs."""

import ast
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional

import torch
from torch import nn

from . import sources
from .tensors import DTYPE_NAMES, DTYPES, tensors_in

MODULE = "__kernelwright_op__"
# Constructors and module bodies that draw random numbers for what is no part of the state_dict draw the same ones in
# every process. Seeds of inputs are the trusted side's and have nothing to do with this one.
CONSTRUCTION_SEED = 0


class OpProblem(Exception):
    """The op can't be worked with as it stands; the message says what the person can do."""


class FunctionModule(nn.Module):
    """A plain function as a module without weights."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *arguments: Any) -> Any:
        return self.function(*arguments)


class Reference:
    """One op of one file. The file is executed when something of it is first needed."""

    def __init__(self, message: Dict[str, Any]) -> None:
        self.path: str = message["path"]
        self.source: str = message["source"]
        self.name: str = message["name"]
        self.kind: str = message["kind"]
        self.inputs: Dict[str, Any] = message["inputs"]
        self.folder: str = self.path.rpartition("/")[0]
        self._module: Optional[ModuleType] = None

    @property
    def module(self) -> ModuleType:
        if self._module is None:
            torch.manual_seed(CONSTRUCTION_SEED)
            self._module = sources.run(MODULE, self.path, self.source, self.folder)
        return self._module

    @property
    def files(self) -> Dict[str, str]:
        """Texts by path, for what maps stack traces to lines."""
        return {self.path: self.source}

    def target(self) -> Any:
        value: Any = self.module
        for part in self.name.split("."):
            try:
                value = getattr(value, part)
            except AttributeError:
                raise OpProblem("the file defines no %s" % self.name) from None
        return value

    def init_arguments(self) -> List[Any]:
        """The constructor's arguments: the directive's literal, else `get_init_inputs()`, else none."""
        if self.inputs["from"] == "directive":
            text = self.inputs.get("init_arguments")
            values = ast.literal_eval(text) if text else []
            return list(values) if isinstance(values, (list, tuple)) else [values]
        make = getattr(self.module, "get_init_inputs", None)
        values = make() if make is not None else []
        if not isinstance(values, (list, tuple)):
            raise OpProblem("get_init_inputs() must return a list")
        return list(values)

    def build(self) -> nn.Module:
        """A new model in `eval()`; its weights are whatever its constructor made."""
        target = self.target()
        if self.kind == "function":
            return FunctionModule(target).eval()
        return construct(target, self.init_arguments())

    def example_inputs(self, seed: int) -> List[Any]:
        """The arguments of one call: `get_inputs()`, or normally distributed ones as the directive describes them."""
        if self.inputs["from"] == "directive":
            torch.manual_seed(seed)
            return [
                _random(item["dtype"], item["shape"]) for item in self.inputs["tensors"]
            ]
        make = getattr(self.module, "get_inputs", None)
        if make is None:
            raise OpProblem(
                "no example inputs: define get_inputs(), or put a line such as"
                " '# kernelwright: x=f32[16,1024]' above the op"
            )
        torch.manual_seed(seed)
        values = make()
        if not isinstance(values, (list, tuple)):
            raise OpProblem("get_inputs() must return a list")
        for tensor in tensors_in(values):
            require_plain(tensor)
        return list(values)


def require_plain(tensor: torch.Tensor) -> None:
    """Only dense tensors of real numbers can be put where the checks need them."""
    if tensor.layout is not torch.strided:
        what = "are sparse" if "sparse" in str(tensor.layout) else "lie in memory as %s" % tensor.layout
    elif tensor.dtype in DTYPE_NAMES:
        return
    else:
        what = "are of type %s" % tensor.dtype
    raise OpProblem(
        "its example inputs %s, and such ops are left as they are;"
        " put the part that works on dense tensors of real numbers into a function of its own" % what
    )


def construct(target: Any, arguments: List[Any]) -> nn.Module:
    torch.manual_seed(CONSTRUCTION_SEED)
    model = target(*arguments)
    if not isinstance(model, nn.Module):
        raise OpProblem("%s is no torch.nn.Module" % getattr(target, "__name__", target))
    return model.eval()


def _random(dtype: str, shape: List[int]) -> torch.Tensor:
    kind = DTYPES[dtype]
    if kind.is_floating_point:
        # Half precision has no generator of its own on every device: draw wider, round once.
        wide = kind if kind is torch.float64 else torch.float32
        return torch.randn(shape, dtype=wide).to(kind)
    # Integers are most often indices or masks: small ones are in range for most ops.
    return torch.randint(0, 2 if kind is torch.bool else 8, shape).to(kind)
