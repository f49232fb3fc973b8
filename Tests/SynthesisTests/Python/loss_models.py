"""Random losses: of elements, of rows, of classes, with weights, masks and every way to add them up.

One function for each seed. `LOSS_SEEDS=FIRST:LAST` in the environment draws others.
"""
from __future__ import annotations

import random
from typing import Callable, List, Tuple

import torch
import torch.nn.functional as F

from seeded import cases, seeds

Tensors = List[torch.Tensor]
Makers = List[Callable[[], torch.Tensor]]
REDUCTIONS = ["mean", "sum", "none"]


def elements(draw: random.Random, shape: List[int], dtype: torch.dtype) -> Tuple[Callable[[Tensors], object], Makers]:
    reduction, number = draw.choice(REDUCTIONS), draw.choice([0.3, 1.0, 2.5])
    weighs = draw.random() < 0.4
    kind = draw.choice([
        lambda x, y: F.mse_loss(x, y, reduction="none"), lambda x, y: F.l1_loss(x, y, reduction="none"),
        lambda x, y: F.smooth_l1_loss(x, y, reduction="none", beta=number),
        lambda x, y: F.huber_loss(x, y, reduction="none", delta=number),
        lambda x, y: F.binary_cross_entropy_with_logits(x, torch.sigmoid(y), reduction="none"),
        lambda x, y: F.soft_margin_loss(x.clamp(-3, 3), y.sign(), reduction="none"),
        lambda x, y: torch.log(torch.cosh((x - y).clamp(-8, 8))),
        lambda x, y: torch.relu(number - x * y), lambda x, y: ((x - y).abs() - number).clamp(min=0) ** 2,
    ])
    whole = draw.choice([
        lambda x, y: F.mse_loss(x, y, reduction=reduction), lambda x, y: F.l1_loss(x, y, reduction=reduction),
        lambda x, y: F.smooth_l1_loss(x, y, reduction=reduction, beta=number),
        lambda x, y: F.huber_loss(x, y, reduction=reduction, delta=number),
        lambda x, y: F.kl_div(F.log_softmax(x, -1), torch.softmax(y, -1), reduction=reduction),
        lambda x, y: F.binary_cross_entropy_with_logits(x, torch.sigmoid(y), reduction=reduction),
    ])
    dimension = draw.randrange(len(shape))

    def run(tensors: Tensors) -> object:
        x, y, weight = tensors
        if not weighs:
            return whole(x, y)
        loss = kind(x, y) * weight
        if reduction == "none":
            return loss.sum(dimension) / weight.sum(dimension).clamp(min=0.1)
        return loss.sum() if reduction == "sum" else loss.sum() / weight.sum()

    normal = [lambda: torch.randn(shape, dtype=dtype) for _ in range(2)]
    return run, [*normal, lambda: torch.rand(shape, dtype=dtype)]


def rows(draw: random.Random, shape: List[int], dtype: torch.dtype) -> Tuple[Callable[[Tensors], object], Makers]:
    margin, power = draw.choice([0.2, 1.0]), draw.choice([1.0, 2.0])
    reduction = draw.choice(["mean", "sum", "none"])
    swaps = draw.random() < 0.5
    run = draw.choice([
        lambda t: F.triplet_margin_loss(t[0], t[1], t[2], margin=margin, p=power, swap=swaps, reduction=reduction),
        lambda t: 1 - F.cosine_similarity(t[0], t[1], dim=-1), lambda t: F.pairwise_distance(t[0], t[1], p=power),
        lambda t: (torch.linalg.vector_norm(t[0] - t[1], dim=-1) - margin).clamp(min=0).mean(),
        lambda t: F.kl_div(F.log_softmax(t[0], -1), F.log_softmax(t[1], -1), reduction="sum", log_target=True),
        lambda t: -(torch.softmax(t[0], -1) * F.log_softmax(t[1], -1)).sum(-1).mean(),
        lambda t: torch.logsumexp(t[0], -1) - (t[0] * torch.softmax(t[1], -1)).sum(-1),
    ])
    return run, [lambda: torch.randn(shape, dtype=dtype) for _ in range(3)]


def classes(draw: random.Random, shape: List[int], dtype: torch.dtype) -> Tuple[Callable[[Tensors], object], Makers]:
    outer = shape[:1]
    after = shape[1:2] if draw.random() < 0.3 else []
    count = draw.choice([2, 5, 33, 100])
    reduction, ignored = draw.choice(REDUCTIONS), draw.choice([-100, 1])
    is_written = draw.random() < 0.3

    def run(tensors: Tensors) -> object:
        logits, target = tensors
        if is_written:
            return F.nll_loss(F.log_softmax(logits, 1), target, reduction=reduction)
        return F.cross_entropy(logits, target, reduction=reduction, ignore_index=ignored)

    extents = [*outer, count, *after]
    kept = [*outer, *after]
    least = 2 if ignored == 1 else 0
    return run, [
        lambda: torch.randn(extents, dtype=dtype), lambda: torch.randint(least, max(count, 3), kept) % count,
    ]


def make(seed: int) -> Tuple[Callable[[Tensors], object], Makers]:
    """A function of its tensors, and makers of these tensors; what it does is drawn once and then always the same."""
    draw = random.Random(seed)
    shape = [draw.choice([2, 5, 17, 40]) for _ in range(draw.randint(1, 3))] + [draw.choice([3, 16, 33, 130])]
    dtype = draw.choice([torch.float32] * 4 + [torch.float64])
    return draw.choice([elements, elements, rows, classes])(draw, shape, dtype)


_functions, CASES = cases("loss", make, seeds("LOSS_SEEDS", "0:48"))
globals().update(_functions)
