"""What the checks share: loading files, counting calls of the original, comparing with float64."""
import copy
import importlib.util
import sys
from types import ModuleType
from typing import Any, Callable, List, Optional, Tuple

import torch


def load(path: str, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def both(module: ModuleType, name: str) -> Tuple[torch.nn.Module, torch.nn.Module]:
    """A model of a candidate's file as it was and as it is replaced, with the same weights."""
    arguments = module.CASES[name][1]
    reference, candidate = getattr(module, name)(*arguments).eval(), module.ModelNew(*arguments).eval()
    candidate.load_state_dict(reference.state_dict(), strict=True)
    return reference, candidate


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


def perturbed(model: Any, inputs: List[Any]) -> Any:
    """What the reference gives where every input and weight is rounded another way."""

    def rounded(tensor: torch.Tensor) -> torch.Tensor:
        unit = torch.finfo(tensor.dtype).eps
        return tensor * (1 + unit * torch.randint(-1, 2, tensor.shape).to(tensor.dtype))

    if isinstance(model, torch.nn.Module):
        model = copy.deepcopy(model)
        for tensor in model.parameters():
            tensor.copy_(rounded(tensor))
    return model(*[rounded(i) if isinstance(i, torch.Tensor) and i.is_floating_point() else i for i in inputs])


def close(got: Any, reference: Any, oracle: Any, what: str, again: Optional[Callable[[], Any]] = None) -> None:
    """Every element as near to float64 as a small multiple of the reference's own worst error and rounding.

    Where an op has few elements, one run's worst error may be small by luck: `again` gives a perturbed run of the
    reference, asked for where the first look finds too much.
    """
    try:
        _close(got, reference, oracle, what, [])
    except AssertionError:
        if again is None:
            raise
        _close(got, reference, oracle, what, [again() for _ in range(5)])


def _close(got: Any, reference: Any, oracle: Any, what: str, others: List[Any]) -> None:
    got, reference, oracle = flat(got), flat(reference), flat(oracle)
    others = [flat(other) for other in others]
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
        runs = [r[finite].double()] + [other[index][finite].double() for other in others]
        g, o = g[finite].double(), o[finite]
        if not o.numel():
            continue
        own = max((run - o).abs().nan_to_num(0.0, 0.0).max() for run in runs)
        error, allowed = (g - o).abs(), own * 3 + 4 * unit * o.abs() + smallest
        if unit < 1e-12:
            allowed = allowed + 512 * unit * o.abs() + 4 * unit * o.abs().max()  # the oracle is no wider here
        assert (error <= allowed).all(), f"{what}: output {index} is off by {error.max().item():.3g}"


def same_special(got: Any, reference: Any, oracle: Any, what: str, *, overflows: bool = False) -> None:
    """Inf and NaN where the reference has them, or where float64, rounded, has them.

    Sums may overflow less, never more. Where products overflow on the way (`overflows`), their order says which of the
    two comes of it.
    """
    for index, (g, r, o) in enumerate(zip(flat(got), flat(reference), flat(oracle))):
        if not g.dtype.is_floating_point:
            assert torch.equal(g, r), f"{what}: output {index}"
            continue
        o = o.to(g.dtype)
        for name, kind in (("NaN", torch.isnan), ("Inf", torch.isposinf), ("-Inf", torch.isneginf)):
            wrong = (kind(g) != kind(r)) & (kind(g) != kind(o))
            if overflows:
                wrong &= g.isfinite() | r.isfinite()
            assert not wrong.any(), f"{what}: {name} differs in output {index}: {g[wrong][:3]} {r[wrong][:3]}"


def oracle(model: torch.nn.Module, inputs: List[Any]) -> Any:
    return copy.deepcopy(model).double()(*[wide(i) for i in inputs])
