"""Sums of all later rewards with a discount, by scaling, a reversed running sum and scaling back."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, discount):
        super().__init__()
        self.discount = discount

    def forward(self, rewards):
        steps = torch.arange(rewards.size(1), dtype=rewards.dtype, device=rewards.device)
        weight = torch.exp(steps * (0.02 * self.discount - 0.02))
        return (rewards * weight).flip(1).cumsum(1).flip(1) / weight


def get_init_inputs():
    return [0.97]


def get_inputs():
    return [torch.randn(5100, 1000)]
