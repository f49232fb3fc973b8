"""Admission of the op itself: would anything but the work pass as the work?"""

from typing import Any, Dict, List

import torch

from . import oracle_inputs
from .oracle_reference import Expectation, redraw_weights

# A float64 result this many times further from the working precision than the op's own rounding spreads is not the
# same function in more digits: the op looks at types, or hands its memory to native code that expects another one.
DIVERGENCE = 4096.0
# Elements of an output that are enough for a first look, and for a median.
SAMPLE = 1 << 14


def _bytes(tensors: List[torch.Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _sample(tensor: torch.Tensor) -> torch.Tensor:
    """Some thousand elements from all over it."""
    flat = tensor.reshape(-1)
    return flat[:: max(1, flat.numel() // SAMPLE)]


def passes(case: Expectation, outputs: List[torch.Tensor], factor: float) -> bool:
    """Whether `outputs` would be taken for the case's own results."""
    for output, working, scale in zip(outputs, case.working.outputs, case.scales):
        if output.shape != working.shape or output.dtype != working.dtype:
            return False
        if scale is None:
            if not torch.equal(output, working):
                return False
            continue
        parts = (output, working, scale.scale, scale.exact)
        # What is no result at all shows in a few elements.
        if not _close(*map(_sample, parts), factor) or not _close(*parts, factor):
            return False
    return True


def _close(
    output: torch.Tensor, working: torch.Tensor, scale: torch.Tensor, exact: torch.Tensor, factor: float
) -> bool:
    finfo = torch.finfo(working.dtype)
    bound = factor * torch.maximum(scale, exact.abs() * finfo.eps / 2) + finfo.tiny
    close = (output.double() - exact).abs() <= bound
    return bool((close | (output == working) | (output.isnan() & working.isnan())).all())


def diverges(case: Expectation, coarsest: float) -> bool:
    """Whether float64 computes something else than the working precision does."""
    for working, scale, spread in zip(case.working.outputs, case.scales, case.spreads()):
        if scale is None or spread is None or working.numel() == 0:
            continue
        roundoff = max(torch.finfo(working.dtype).eps / 2, coarsest)
        working, spread, exact = map(_sample, (working, spread, scale.exact))
        unit = torch.maximum(spread, exact.abs() * roundoff) + torch.finfo(working.dtype).tiny
        distance = (working.double() - exact).abs()
        finite = distance.isfinite()
        if not bool(finite.any()):
            continue
        if float((distance[finite] / unit[finite]).median()) > DIVERGENCE:
            return True
    return False


def admit(oracle: Any, message: Dict[str, Any]) -> Dict[str, Any]:
    """Judges the op on the inputs of two seeds; the reply's `degenerate` is a sentence, or None."""
    factor = message["factor"]
    reference = oracle.reference
    request = {"distribution": "as given", "seed": message["seed"]}
    arguments = oracle.draw(request)
    case = Expectation(reference, arguments, None, message["seed"])
    case.extend(2)
    if reference.no_float64 is None and diverges(case, reference.coarsest):
        reference.no_float64 = "float64 gives another function"
        case = Expectation(reference, arguments, None, message["seed"])
        case.extend(8)
    reply: Dict[str, Any] = {
        "no_float64": reference.no_float64,
        "extents": oracle_inputs.extents(arguments),
        "batch": oracle_inputs.batch(arguments),
        "tensors": [list(tensor.shape) for tensor in oracle_inputs.tensors_in(arguments)],
        "floating": any(t.is_floating_point() for t in oracle_inputs.tensors_in(arguments)),
        "bytes": _bytes(oracle_inputs.tensors_in(arguments)),
        "output_bytes": _bytes(case.working.outputs),
        "weight_bytes": _bytes(list(oracle.state.built().parameters()) + list(oracle.state.built().buffers())),
        "aliases": any(case.aliases),
        "changed_inputs": case.changed_inputs,
        "random": None,
        "degenerate": None,
    }
    if case.changed_inputs:
        return reply
    torch.manual_seed(message["seed"] ^ 1)
    again = reference.run(arguments, None).outputs
    if not passes(case, again, factor):
        reply["random"] = "the op gives different outputs on the same inputs"
        return reply
    reply["degenerate"] = degenerate(oracle, message, case, factor)
    return reply


def degenerate(oracle: Any, message: Dict[str, Any], case: Expectation, factor: float) -> Any:
    """Which output that took no work would pass for this op's, as a sentence; None for a sound op."""
    outputs = case.working.outputs
    if not outputs or all(output.numel() == 0 for output in outputs):
        return "the op has no output"
    if all(output.is_floating_point() and not bool(output.isfinite().any()) for output in outputs):
        return "the op's output is NaN or infinite everywhere on its own example inputs"
    if passes(case, [torch.zeros_like(output) for output in outputs], factor):
        return "the op's output is zero on its own example inputs"
    if any(output.numel() > 1 for output in outputs):
        constants = [torch.full_like(o, o.reshape(-1)[0].item()) if o.numel() else o for o in outputs]
        if passes(case, constants, factor):
            return "the op's output is constant: every element is the same"
    if not oracle_inputs.tensors_in(oracle.draw({"distribution": "as given", "seed": message["seed"]})):
        return "the op takes no tensors, so its output can't depend on its inputs"
    others = []
    for distribution in ("as given", "normal"):
        other = oracle.draw({"distribution": distribution, "seed": message["other_seed"]})
        try:
            others.append(oracle.reference.run(other, None).outputs)
        except Exception:  # the op may refuse inputs that its own file doesn't make
            continue
    if others and all(passes(case, other, factor) for other in others):
        return "the op's output does not depend on its inputs"
    if depends_not_on_weights(oracle, message, case, factor):
        return "the op's output does not depend on its weights"
    return None


def depends_not_on_weights(oracle: Any, message: Dict[str, Any], case: Expectation, factor: float) -> bool:
    model = oracle.state.built()
    if not any(True for _ in model.parameters()):
        return False
    try:
        if not redraw_weights(model, message["other_seed"]):
            return False
        oracle.reference.refresh()
        return passes(case, oracle.reference.run(case.arguments, None).outputs, factor)
    finally:
        model.load_state_dict(oracle.initial)
        oracle.reference.refresh()
