"""Checks a replacement again, with nothing of the product: `python ops_recheck.py REFERENCE CANDIDATE`.

Run as a file by a Python that has torch. For several seeds and shapes, `ModelNew` must be within a few units of the
error that `Model` itself makes in its own precision, element by element, where the truth is `Model` in float64. What
an element's own error is, is found by asking the reference again with inputs moved by one rounding: so a sum that
cancels may be off by what its condition costs, and no more. Prints one JSON object; exit 1 where anything is wrong.
"""

from __future__ import annotations

import copy
import importlib.util
import json
import sys
from types import ModuleType
from typing import Any, Dict, Iterator, List, Tuple

import torch

Tensors = List[torch.Tensor]
# An element may be off by so many times what the reference and its conditioning are off by there and around it.
UNITS = 8.0
SEEDS = (11, 12, 13)
MOVES = 2


def load(path: str, name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def tensors(output: Any) -> Tensors:
    if isinstance(output, torch.Tensor):
        return [output]
    return [each for part in output for each in tensors(part)]


def wide(values: List[Any]) -> List[Any]:
    return [each.double() if torch.is_tensor(each) and each.is_floating_point() else each for each in values]


def moved(values: List[Any], seed: int) -> List[Any]:
    """Every float changed by at most one rounding of its own type."""
    draw = torch.Generator().manual_seed(seed)

    def move(each: Any) -> Any:
        if not torch.is_tensor(each) or not each.is_floating_point():
            return each
        noise = torch.rand(each.shape, generator=draw, dtype=torch.float64) * 2.0 - 1.0
        return each.double() * (1.0 + torch.finfo(each.dtype).eps * noise)

    return [move(each) for each in values]


def variants(values: List[Any], seed: int) -> Iterator[Tuple[str, List[Any]]]:
    """The stated inputs, wider and shifted ones, not contiguous ones, and one batch less."""
    yield "stated", values
    floats = [torch.is_tensor(each) and each.is_floating_point() for each in values]
    yield "scaled by 3", [each * 3.0 if real else each for each, real in zip(values, floats)]
    if seed == SEEDS[0]:
        spread = [torch.stack((each, each), -1)[..., 0] if torch.is_tensor(each) else each for each in values]
        yield "not contiguous", spread
        batches = {each.shape[0] for each in values if torch.is_tensor(each) and each.dim()}
        if len(batches) == 1:
            yield "one batch less", [each[:-1].clone() if torch.is_tensor(each) else each for each in values]


def allowed(reference: torch.Tensor, truth: torch.Tensor, others: List[torch.Tensor]) -> torch.Tensor:
    """What an element may be off by: own error and conditioning, the typical one of the tensor, and one rounding."""
    eps = torch.finfo(reference.dtype).eps
    own = (reference.double() - truth).abs()
    for other in others:
        own = torch.maximum(own, (other - truth).abs())
    typical = own.square().mean().sqrt() if own.numel() else own.sum()
    return UNITS * (torch.maximum(own, typical) + eps * truth.abs() + torch.finfo(reference.dtype).tiny)


def compare(got: torch.Tensor, reference: torch.Tensor, truth: torch.Tensor, others: Tensors) -> Tuple[float, str]:
    """The worst error over what is allowed, and what is wrong whatever the error."""
    if got.shape != reference.shape or got.dtype != reference.dtype:
        return float("inf"), f"{tuple(got.shape)} {got.dtype}, wanted {tuple(reference.shape)} {reference.dtype}"
    if not reference.is_floating_point():
        # An index may be that of the float32 or of the float64 reference, or of an input one rounding away.
        right = (got == reference) | (got == truth)
        for other in others:
            right |= got == other
        return (0.0, "") if bool(right.all()) else (float("inf"), f"{int((~right).sum())} elements differ")
    finite = reference.isfinite()
    if bool((got.isfinite() != finite).any()):
        return float("inf"), "finite where the reference is not, or the reverse"
    limit = allowed(reference, truth, others)
    ratio = ((got.double() - truth).abs() / limit)[finite]
    return (UNITS * float(ratio.max()) if ratio.numel() else 0.0), ""


def check(reference: ModuleType, candidate: ModuleType) -> Dict[str, Any]:
    worst, tried, problems, limited = 0.0, 0, [], []
    for seed in SEEDS:
        torch.manual_seed(seed)
        arguments = reference.get_init_inputs() if hasattr(reference, "get_init_inputs") else []
        model = reference.Model(*arguments).eval()
        new = candidate.ModelNew(*arguments)
        new.load_state_dict(model.state_dict(), strict=True)
        new.eval()
        truth_model = copy.deepcopy(model).double()
        for name, values in variants(reference.get_inputs(), seed):
            try:
                wanted = tensors(model(*values))
            except (RuntimeError, IndexError, ValueError):
                continue
            truth = tensors(truth_model(*wide(values)))
            others = [tensors(truth_model(*moved(values, 100 * seed + k))) for k in range(MOVES)]
            kept = [each.clone() if torch.is_tensor(each) else each for each in values]
            try:
                got = tensors(new(*values))
            except (RuntimeError, IndexError, ValueError) as problem:
                if name == "one batch less":
                    limited.append(f"{name}: {problem}"[:200])
                else:
                    problems.append(f"{name}, seed {seed}: raised {problem}"[:400])
                continue
            tried += 1
            if len(got) != len(wanted):
                problems.append(f"{name}, seed {seed}: {len(got)} outputs, wanted {len(wanted)}")
                continue
            if any(torch.is_tensor(a) and not torch.equal(a, b) for a, b in zip(values, kept)):
                problems.append(f"{name}, seed {seed}: inputs changed")
            for index, output in enumerate(got):
                around = [other[index] for other in others]
                error, complaint = compare(output, wanted[index], truth[index], around)
                worst = max(worst, error)
                if error > UNITS or complaint:
                    problems.append(f"{name}, seed {seed}, output {index}: {error:.3g} units {complaint}".strip())
    return {"passed": not problems and tried > 0, "worst_units": worst, "tried": tried, "problems": problems[:5],
            "shape_limited": limited}


def main() -> int:
    with torch.inference_mode():
        found = check(load(sys.argv[1], "reference"), load(sys.argv[2], "candidate"))
    found["worst_units"] = min(found["worst_units"], 1e30)
    print(json.dumps(found))
    return 0 if found["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
