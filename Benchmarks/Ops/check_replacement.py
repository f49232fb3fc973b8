#!/usr/bin/env python3
"""Whether a replacement computes what the original does, asked by a program that shares no code with the product.

`check_replacement.py REFERENCE CANDIDATE` loads `Model` and `ModelNew`, compares both with `Model` in float64 on drawn
inputs, and prints one JSON object: `passed`, `cases`, `worst_units`, `failures`, `raised`. Exit 0 passed, 1 not.

The unit of an element is the largest error that float32 itself makes there: what the reference is off by on the inputs
and on inputs close to them, what one rounding of the inputs does to the true result, one unit in the last place of the
result; and, since a rounding error can be small by luck, the usual size of those among elements of like magnitude and
among the next ones in memory.
A float64 model has no wider oracle: its errors are counted against itself, and more of them are allowed.
"""

from __future__ import annotations

import argparse
import copy
import json
import secrets
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import torch
from torch import nn

from loading import load

Tensors = List[torch.Tensor]
# How many units a replacement may be off by. Its roundings are others than the reference's: what inductor makes of
# these problems is off by up to 12 (a group norm after a convolution), and by 18 where it adds up a strided row of
# 1,300 numbers one by one. Half precision is off by hundreds.
UNITS = 24.0
UNITS_IN_FLOAT64 = 64.0
# Draws of inputs one rounding away, and of inputs so far away (relatively), on which the reference's own error is
# sampled: the latter because it may be right by luck over a whole range, where 1 + tanh(x) rounds to nothing say.
CLOSE_DRAWS, NEAR_DRAWS, NEAR = 2, 1, 1 / 32
SEEDS = 2
# Elements of like magnitude, and elements beside each other, that share their usual error.
ALIKE, BESIDE = 512, 9
MOST_SHAPES = 6


def outputs_of(answer: Any) -> Tensors:
    """Every tensor of what `forward` gave, in order."""
    if isinstance(answer, torch.Tensor):
        return [answer]
    if isinstance(answer, dict):
        answer = answer.values()
    return [tensor for each in answer for tensor in outputs_of(each)]


def as_double(values: List[Any]) -> List[Any]:
    return [x.double() if isinstance(x, torch.Tensor) and x.is_floating_point() else x for x in values]


def nudged(x: Any, relative: Optional[float] = None) -> Any:
    """Every number moved to its neighbour, up or down, or by at most `relative` of itself, in its own type."""
    if not isinstance(x, torch.Tensor) or not x.is_floating_point():
        return x
    if relative is None:
        change = torch.finfo(x.dtype).eps * (torch.randint(0, 2, x.shape) * 2.0 - 1.0)
    else:
        change = relative * (torch.rand(x.shape, dtype=torch.float64) * 2.0 - 1.0)
    return (x.double() * (1.0 + change)).to(x.dtype)


def model_with(model: nn.Module, change: Callable[[Any], Any]) -> nn.Module:
    """A copy whose parameters and buffers are changed."""
    other = copy.deepcopy(model)
    with torch.no_grad():
        for each in [*other.parameters(), *other.buffers()]:
            each.copy_(change(each.detach().clone()))
    return other


class Reference:
    """What is true of a model on inputs, and how far its own precision carries."""

    def __init__(self, model: nn.Module, inputs: List[Any]) -> None:
        self.own, self.true = self._both(model, inputs)
        self.error = [self._off(own, true) for own, true in zip(self.own, self.true)]
        self.others: List[Tensors] = [[] for _ in self.own]
        for _ in range(CLOSE_DRAWS):
            own, true = self._both(model_with(model, nudged), [nudged(x) for x in inputs])
            for k, error in enumerate(self.error):
                self.others[k] += [own[k], true[k]]
                if error is not None:
                    torch.maximum(error, self._off(own[k], true[k]), out=error)
                    torch.maximum(error, self._off(true[k], self.true[k]), out=error)
        for _ in range(NEAR_DRAWS):
            own, true = self._both(model, [nudged(x, NEAR) for x in inputs])
            for k, error in enumerate(self.error):
                if error is not None:
                    torch.maximum(error, self._off(own[k], true[k]), out=error)

    @staticmethod
    def _both(model: nn.Module, inputs: List[Any]) -> Tuple[Tensors, Tensors]:
        """In its own precision, and in float64."""
        return outputs_of(model(*inputs)), outputs_of(copy.deepcopy(model).double()(*as_double(inputs)))

    @staticmethod
    def _off(own: torch.Tensor, true: torch.Tensor) -> Optional[torch.Tensor]:
        if not own.is_floating_point():
            return None
        # Where the type overflows, there is no error to speak of; `units` wants the same there.
        return (own.double() - true.double()).abs().nan_to_num(0.0, 0.0, 0.0)

    def unit(self, k: int) -> torch.Tensor:
        true, error = self.true[k].flatten(), self.error[k].flatten()
        order = true.abs().nan_to_num().argsort()
        whole = order.numel() - order.numel() % ALIKE
        usual = torch.empty_like(error)
        groups = order[:whole].view(-1, ALIKE)
        usual[groups] = error[groups].median(dim=1, keepdim=True).values.expand(groups.shape)
        usual[order[whole:]] = error[order[whole:] if whole == 0 else order[-ALIKE:]].median()
        pool = nn.functional.avg_pool1d
        beside = pool(error[None], BESIDE, 1, BESIDE // 2, count_include_pad=False)[0]
        kind = torch.finfo(self.own[k].dtype)
        last_place = kind.eps * true.abs().nan_to_num() + kind.tiny * kind.eps
        return torch.stack((error, usual, beside, last_place)).amax(dim=0)

    def units(self, k: int, got: torch.Tensor) -> float:
        """How many units the worst element of output `k` is off by."""
        if not self.own[k].is_floating_point():
            return self._share_units(k, got)
        own, true, new = self.own[k].flatten(), self.true[k].flatten(), got.flatten()
        most = torch.finfo(own.dtype).max
        # Right where the type ends, one rounding decides between a number and infinity.
        decided = (true.abs() < 0.5 * most) | (true.abs() > 2.0 * most) | true.isnan()
        odd, finite = decided & ~own.isfinite(), decided & own.isfinite()
        same = torch.equal(new[odd].nan_to_num(1.0, 2.0, 3.0), own[odd].nan_to_num(1.0, 2.0, 3.0))
        if not same or not new[finite].isfinite().all():
            return float("inf")
        off = (new.double() - true.double()).abs()[finite]
        return float((off / self.unit(k)[finite]).max()) if off.numel() else 0.0

    def _share_units(self, k: int, got: torch.Tensor) -> float:
        """Indices, counts and truth values are right or wrong. They may differ where the reference's own do when its
        inputs are rounded, and in as many more places, since a few draws can't find all of those."""
        accepted = got == self.true[k]
        varies = torch.zeros_like(accepted)
        for other in [self.own[k], *self.others[k]]:
            accepted |= got == other
            varies |= other != self.true[k]
        wrong = int((~accepted).sum())
        return UNITS * wrong / max(1, int(varies.sum())) if wrong <= int(varies.sum()) else float("inf")


class Check:
    """One reference, one candidate."""

    def __init__(self, reference: ModuleType, candidate: ModuleType) -> None:
        self.reference, self.candidate = reference, candidate
        self.failures: List[str] = []
        self.raised: List[str] = []
        self.cases, self.worst = 0, 0.0

    def run(self) -> Dict[str, Any]:
        for _ in range(SEEDS):
            seed = secrets.randbits(48)
            torch.manual_seed(seed)
            arguments = self.reference.get_init_inputs()
            model = self.reference.Model(*arguments).eval()
            replacement = self.candidate.ModelNew(*arguments).eval()
            replacement.load_state_dict(model.state_dict(), strict=True)
            inputs = self.reference.get_inputs()
            self.compare(f"seed {seed}", model, replacement, inputs, stated=True)
        self.compare("inputs four times as large", model, replacement, [scaled(x) for x in inputs], stated=True)
        turned = [with_other_strides(x) for x in inputs]
        self.compare("other strides", model, replacement, inputs, stated=True, given=turned)
        for name, smaller in other_shapes(inputs):
            self.compare(name, model, replacement, smaller, stated=False)
        with torch.no_grad():
            for mine, new in zip(model.parameters(), replacement.parameters()):
                mine.mul_(1.0 + 0.2 * torch.rand_like(mine))
                new.copy_(mine)
        self.compare("changed weights", model, replacement, inputs, stated=True)
        if not self.failures:
            self.keeps_its_answers(replacement, inputs)
        return {
            "passed": not self.failures, "cases": self.cases, "worst_units": round(self.worst, 3),
            "failures": self.failures, "raised": self.raised,
        }

    def compare(
        self, name: str, model: nn.Module, replacement: nn.Module, inputs: List[Any], *, stated: bool,
        given: Optional[List[Any]] = None,
    ) -> None:
        """`given` are the same numbers in another layout: other loops may be more exact, and set no measure."""
        given = inputs if given is None else given
        try:
            model(*given)
            reference = Reference(model, inputs)
        except (RuntimeError, IndexError, ValueError) as problem:
            if stated and name.startswith("seed"):
                self.failures.append(f"{name}: the reference itself raises: {first_line(problem)}")
            return
        self.cases += 1
        before = [x.clone() if isinstance(x, torch.Tensor) else x for x in given]
        try:
            with torch.inference_mode():
                got = outputs_of(replacement(*given))
        except Exception as problem:  # whatever a replacement raises, on stated shapes it is wrong
            (self.failures if stated else self.raised).append(f"{name}: {first_line(problem)}")
            return
        if not all(torch.equal(x, y) for x, y in zip(given, before) if isinstance(x, torch.Tensor)):
            self.failures.append(f"{name}: an input was written to")
        if [(x.shape, x.dtype) for x in got] != [(x.shape, x.dtype) for x in reference.own]:
            self.failures.append(f"{name}: other shapes or types than the reference's")
            return
        for k, output in enumerate(got):
            units = reference.units(k, output) * (UNITS / UNITS_IN_FLOAT64 if output.dtype == torch.float64 else 1.0)
            self.worst = max(self.worst, units)
            if not units <= UNITS:
                self.failures.append(f"{name}: output {k} is off by {units:.1f} units")

    def keeps_its_answers(self, replacement: nn.Module, inputs: List[Any]) -> None:
        """An answer belongs to the caller: a later call must not write into it."""
        with torch.inference_mode():
            first = outputs_of(replacement(*inputs))
            kept = [x.clone() for x in first]
            replacement(*[scaled(x) for x in inputs])
        if not all(torch.equal(x.nan_to_num(), y.nan_to_num()) for x, y in zip(first, kept)):
            self.failures.append("a later call changed an earlier answer")


def scaled(x: Any) -> Any:
    return x * 4 if isinstance(x, torch.Tensor) and x.is_floating_point() else x


def with_other_strides(x: Any) -> Any:
    """The same numbers, laid out the other way round."""
    if not isinstance(x, torch.Tensor) or x.dim() == 0:
        return x
    if x.dim() == 1:
        return torch.stack((x, x), dim=1)[:, 0]
    return x.transpose(-1, -2).contiguous().transpose(-1, -2)


def other_shapes(inputs: List[Any]) -> Iterator[Tuple[str, List[Any]]]:
    """Every extent made smaller, wherever it occurs; what the op does not allow, its reference refuses."""
    extents: List[int] = []
    for x in inputs:
        extents += [n for n in getattr(x, "shape", ()) if n > 2 and n not in extents]
    changes = [(n, m) for m_of in (lambda n: n - 1, lambda n: (n + 1) // 2) for n in extents for m in [m_of(n)]]
    for extent, smaller in changes[:MOST_SHAPES]:
        yield f"{extent} made {smaller}", [narrowed(x, extent, smaller) for x in inputs]


def narrowed(x: Any, extent: int, smaller: int) -> Any:
    if isinstance(x, torch.Tensor):
        for dimension, size in enumerate(x.shape):
            if size == extent:
                x = x.narrow(dimension, 0, smaller)
        return x.contiguous()
    return x


def first_line(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''}"[:200]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    parser.add_argument("candidate", type=Path)
    options = parser.parse_args()
    with torch.no_grad():
        found = Check(load(options.reference, "reference_model"), load(options.candidate, "candidate_model")).run()
    print(json.dumps(found))
    return 0 if found["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
