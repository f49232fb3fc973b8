"""What the checks share: loading files, counting calls of the original, comparing with float64."""
import copy
import importlib.util
import sys
from types import ModuleType
from typing import Any, Callable, List, Tuple

import torch


def load(path: str, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def flat(value: Any) -> List[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [t for v in value.values() for t in flat(v)]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in flat(v)]
    return []


class Counter:
    """Stands in for the original inside a generated wrapper and counts how often it is taken."""

    def __init__(self, forward: Any) -> None:
        names = forward.__code__.co_freevars
        self.cell = forward.__closure__[names.index("original")]
        self.original, self.calls = self.cell.cell_contents, 0

        def counting(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            return self.original(*args, **kwargs)

        self.cell.cell_contents = counting

    def taken(self, call: Callable[[], Any]) -> Tuple[Any, bool]:
        before = self.calls
        result = call()
        return result, self.calls > before


def wide(value: Any) -> Any:
    return value.double() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def close(got: Any, reference: Any, oracle: Any, what: str) -> None:
    """Every element as near to float64 as a small multiple of the reference's own worst error and rounding."""
    got, reference, oracle = flat(got), flat(reference), flat(oracle)
    assert len(got) == len(reference) == len(oracle), what
    for index, (g, r, o) in enumerate(zip(got, reference, oracle)):
        assert g.shape == r.shape and g.dtype == r.dtype, f"{what}: output {index} is {g.dtype} {g.shape}"
        if not g.dtype.is_floating_point:
            assert torch.equal(g, r), f"{what}: output {index}"
            continue
        unit = torch.finfo(g.dtype).eps
        smallest = torch.finfo(g.dtype).smallest_normal * unit
        finite = o.to(g.dtype).isfinite()
        assert torch.equal(g[~finite], o.to(g.dtype)[~finite]), f"{what}: output {index} overflows elsewhere"
        g, r, o = g[finite].double(), r[finite].double(), o[finite]
        if not o.numel():
            continue
        error, allowed = (g - o).abs(), (r - o).abs().max() * 3 + 4 * unit * o.abs() + smallest
        if unit < 1e-12:
            allowed = allowed + 512 * unit * o.abs() + 4 * unit * o.abs().max()  # the oracle is no wider here
        assert (error <= allowed).all(), f"{what}: output {index} is off by {error.max().item():.3g}"


def same_special(got: Any, reference: Any, oracle: Any, what: str) -> None:
    """Inf and NaN where the reference has them, or where float64, rounded, has them.

    Sums may overflow less, never more.
    """
    for index, (g, r, o) in enumerate(zip(flat(got), flat(reference), flat(oracle))):
        if not g.dtype.is_floating_point:
            assert torch.equal(g, r), f"{what}: output {index}"
            continue
        o = o.to(g.dtype)
        for name, kind in (("NaN", torch.isnan), ("Inf", torch.isposinf), ("-Inf", torch.isneginf)):
            wrong = (kind(g) != kind(r)) & (kind(g) != kind(o))
            assert not wrong.any(), f"{what}: {name} differs in output {index}: {g[wrong][:3]} {r[wrong][:3]}"


def oracle(model: torch.nn.Module, inputs: List[Any]) -> Any:
    return copy.deepcopy(model).double()(*[wide(i) for i in inputs])
