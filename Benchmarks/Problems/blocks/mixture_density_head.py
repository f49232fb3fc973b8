"""A head that predicts a mixture of Gaussians, and the likelihood of targets under it."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width, parts, outputs):
        super().__init__()
        self.parts = parts
        self.weight = nn.Linear(width, parts)
        self.mean = nn.Linear(width, parts * outputs)
        self.spread = nn.Linear(width, parts * outputs)

    def forward(self, hidden, target):
        mean = self.mean(hidden).view(hidden.size(0), self.parts, -1)
        spread = self.spread(hidden).view(mean.shape).clamp(-4.0, 3.0)
        error = (target.unsqueeze(1) - mean) * torch.exp(-spread)
        part = -0.5 * error.square().sum(-1) - spread.sum(-1)
        return -torch.logsumexp(torch.log_softmax(self.weight(hidden), dim=-1) + part, dim=1)


def get_init_inputs():
    return [160, 12, 9]


def get_inputs():
    return [torch.randn(4200, 160), torch.randn(4200, 9)]
