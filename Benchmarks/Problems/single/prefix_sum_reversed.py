"""For every position the sum of all that follow, as survival curves and returns need it."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, rewards):
        return rewards.flip(1).cumsum(1).flip(1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(1900, 1600)]
