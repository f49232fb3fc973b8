"""Running sums over the entries that a mask keeps, such as returns until an episode ends."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, rewards, keep):
        return torch.cumsum(rewards * keep, dim=1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(2300, 1500), torch.rand(2300, 1500) > 0.4]
