"""Squeeze and excite: channel gates from global averages, with a residual."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, inner):
        super().__init__()
        self.squeeze = nn.Linear(channels, inner)
        self.excite = nn.Linear(inner, channels)

    def forward(self, features):
        level = features.mean(dim=(2, 3))
        gate = torch.sigmoid(self.excite(F.silu(self.squeeze(level))))
        return torch.relu(features * gate[:, :, None, None] + features)


def get_init_inputs():
    return [112, 14]


def get_inputs():
    return [torch.randn(19, 112, 50, 54)]
