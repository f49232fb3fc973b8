"""check_gradients.py DIR: gradients of every candidate DIR/NAME.NUMBER.py against the original's and float64's."""
import copy
import glob
import itertools
import os
import sys
import warnings
from typing import Any, Callable, List, Optional, Sequence, Tuple

import torch

from checking import Counter, flat, load, wide

warnings.simplefilter("error", RuntimeWarning)
torch.manual_seed(11)
Tensors = List[Optional[torch.Tensor]]


class Case:
    """One candidate, its original, and the original in float64."""

    def __init__(self, path: str) -> None:
        self.what = os.path.basename(path)[:-3]
        name = self.what.split(".")[0]
        module = load(path, "gradient_" + self.what.replace(".", "_"))
        self.makers, arguments = module.CASES[name]
        op = getattr(module, name)
        if isinstance(op, type):
            self.reference = op(*arguments).train()
            self.candidate = module.ModelNew(*arguments).train()
            self.candidate.load_state_dict(self.reference.state_dict(), strict=True)
            self.exact = copy.deepcopy(self.reference).double()
            self.counter = Counter(type(self.candidate).forward)
        else:
            self.counter = Counter(module._kw_accelerated)
            self.reference = self.exact = self.counter.original
            self.candidate = module.ModelNew()

    def inputs(self) -> List[Any]:
        return [make() for make in self.makers]


def leaves(op: Any, inputs: Sequence[Any], needs: Optional[Sequence[bool]] = None) -> Tuple[List[Any], Tensors]:
    """Fresh leaves for the inputs, and all leaves: floating-point inputs, then parameters; `needs` says of each whether
    it takes gradients."""
    given: List[Any] = [
        i.detach().clone().requires_grad_() if isinstance(i, torch.Tensor) and i.is_floating_point() else i
        for i in inputs
    ]
    parameters = list(op.parameters()) if isinstance(op, torch.nn.Module) else []
    found = [g for g in given if isinstance(g, torch.Tensor) and g.requires_grad] + parameters
    for number, leaf in enumerate(found):
        leaf.requires_grad_(needs is None or needs[number])
    return given, found


def differentiable(result: Any) -> List[torch.Tensor]:
    return [t for t in flat(result) if t.requires_grad]


def matched(result: Any, upstream: Sequence[torch.Tensor]) -> Tuple[List[torch.Tensor], List[torch.Tensor]]:
    """The results that have gradients now, and what comes back to them; `upstream` has one for each that ever has."""
    found = [t for t in flat(result) if t.is_floating_point()]
    pairs = [(t, u.to(t.dtype)) for t, u in zip(found, upstream) if t.requires_grad]
    return [t for t, _ in pairs], [u for _, u in pairs]


def gradients(
    op: Any, inputs: Sequence[Any], upstream: Sequence[torch.Tensor], needs: Optional[Sequence[bool]] = None,
    only: int = -1,
) -> Tuple[Any, Tensors]:
    given, found = leaves(op, inputs, needs)
    result = op(*given)
    ends, ups = matched(result, upstream)
    if only >= 0:
        ends, ups = ends[only : only + 1], ups[only : only + 1]
    wanted = [leaf for leaf in found if leaf.requires_grad]
    got = iter(torch.autograd.grad(ends, wanted, ups, allow_unused=True)) if ends and wanted else iter([])
    return result, [next(got, None) if leaf.requires_grad else None for leaf in found]


def same(case: Case, how: str, got: Tensors, wanted: Tensors, exact: Tensors) -> None:
    for number, (g, w, o) in enumerate(zip(got, wanted, exact)):
        what = f"{case.what}, {how}: gradient {number}"
        assert (g is None) == (w is None), f"{what} is {'missing' if g is None else 'too many'}"
        if g is None or w is None or o is None:
            continue
        assert g.shape == w.shape and g.dtype == w.dtype, what
        unit, finite = torch.finfo(g.dtype).eps, o.isfinite() & w.isfinite()
        wrong = ~finite & ~((g == w) | (g.isnan() & w.isnan()) | (g.double() == o))
        assert not wrong.any(), f"{what} is {g[wrong][:3]}, should be {w[wrong][:3]}"
        g, w, o = g[finite].double(), w[finite].double(), o[finite].double()
        if o.numel():
            allowed = 8 * (w - o).abs().max() + 32 * unit * o.abs() + 8 * unit * o.abs().max() + 1e-40
            if unit < 1e-12:
                allowed = allowed + 64 * unit  # the oracle is no wider here
            error = (g - o).abs()
            assert (error <= allowed).all(), f"{what} is off by {error.max():.3g} of {o.abs().max():.3g}"


def compare(case: Case, how: str, inputs: List[Any], upstream: List[torch.Tensor], **options: Any) -> None:
    _, wanted = gradients(case.reference, inputs, upstream, **options)
    _, exact = gradients(case.exact, [wide(i) for i in inputs], upstream, **options)
    before = case.counter.calls
    result, got = gradients(case.candidate, inputs, upstream, **options)
    # Where some results have no gradient, kernels, which are for all of them, stand back.
    if "only" not in options and len(differentiable(result)) == len(upstream):
        assert case.counter.calls == before, f"{case.what}, {how}: the original was taken"
    same(case, how, got, wanted, exact)
    reference = flat(case.reference(*leaves(case.reference, inputs, options.get("needs"))[0]))
    assert [t.requires_grad for t in flat(result)] == [t.requires_grad for t in reference], f"{case.what}, {how}"


def second(op: Any, inputs: Sequence[Any], upstream: Sequence[torch.Tensor]) -> Tensors:
    """Gradients of the gradients' squares, by the leaves and by what comes back from behind the op."""
    given, found = leaves(op, inputs)
    ends = differentiable(op(*given))
    ups = [u.to(e.dtype).requires_grad_() for u, e in zip(upstream, ends)]
    first = [g for g in torch.autograd.grad(ends, found, ups, create_graph=True, allow_unused=True) if g is not None]
    total = torch.stack([(g * g).sum() for g in first]).sum()
    found = [*found, *ups]
    result = torch.autograd.grad(total, found, allow_unused=True)
    # One that nothing depends on may come back as zeros.
    return [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(found, result)]


def in_place(
    op: Any, inputs: Sequence[Any], change: Callable[[List[Any], List[torch.Tensor]], Any]
) -> Optional[Tensors]:
    """Gradients after something was changed between forward and backward; None where PyTorch refuses."""
    given, found = leaves(op, inputs)
    own = [g * 1 if isinstance(g, torch.Tensor) and g.requires_grad else g for g in given]
    ends = differentiable(op(*own))
    try:
        change(own, ends)
        return list(torch.autograd.grad([e.sum() for e in ends], found, allow_unused=True))
    except RuntimeError as error:
        assert "modified" in str(error) and "inplace" in str(error), error
        return None


def change_inputs(own: List[Any], _: List[torch.Tensor]) -> None:
    for tensor in own:
        if isinstance(tensor, torch.Tensor) and tensor.requires_grad:
            tensor.mul_(1.5)


def change_results(_: List[Any], ends: List[torch.Tensor]) -> None:
    for tensor in ends:
        tensor.mul_(1.5)


def check(case: Case) -> None:
    inputs = case.inputs()
    given, found = leaves(case.reference, inputs)
    ends = differentiable(case.reference(*given))
    upstream = [torch.randn_like(e) for e in ends]
    compare(case, "random gradients", inputs, upstream)
    compare(case, "the same gradient everywhere", inputs, [torch.ones(()).expand(e.shape) for e in ends])
    strided = [
        torch.randn([*e.shape[:-1], *(2 * n for n in e.shape[-1:])])[..., ::2] if e.dim() else u
        for e, u in zip(ends, upstream)
    ]
    compare(case, "strided gradients", inputs, strided)
    turned = [torch.randn(e.shape[::-1]).permute(list(range(e.dim()))[::-1]) for e in ends]
    compare(case, "transposed gradients", inputs, turned)
    special = [torch.where(torch.rand(e.shape) < 0.1, float("nan"), u) for e, u in zip(ends, upstream)]
    compare(case, "NaN among gradients", inputs, special)
    for needs in itertools.product([False, True], repeat=len(found)):
        if any(needs):
            compare(case, f"needs {needs}", inputs, upstream, needs=needs)
    if len(ends) > 1:
        for number in range(len(ends)):
            compare(case, f"result {number} alone", inputs, upstream, only=number)
    try:
        wanted = second(case.reference, inputs, upstream)
        exact = second(case.exact, [wide(i) for i in inputs], upstream)
    except RuntimeError as error:
        assert "is not implemented" in str(error), error
    else:
        same(case, "second derivatives", second(case.candidate, inputs, upstream), wanted, exact)
    # The candidate keeps inputs, so that it may refuse where PyTorch kept something that was made of them. It never
    # refuses changes of results that PyTorch lets pass, and what it gives is right.
    for how, change in (("inputs changed", change_inputs), ("results changed", change_results)):
        reference, got = in_place(case.reference, inputs, change), in_place(case.candidate, inputs, change)
        if got is None:
            assert reference is None or change is change_inputs, f"{case.what}, {how}"
        elif reference is not None:
            oracle = in_place(case.exact, [wide(i) for i in inputs], change)
            same(case, how, got, reference, oracle or reference)
        else:
            assert change is change_results, f"{case.what}, {how}: changed without an error"


failures = []
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.*.py"))):
    try:
        check(Case(path))
    except Exception as error:
        failures.append(f"{os.path.basename(path)[:-3]}: {type(error).__name__}: {error}")
print("\n".join(failures) or "ok")
sys.exit(bool(failures))
