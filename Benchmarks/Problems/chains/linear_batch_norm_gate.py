"""A linear layer with batch norm in evaluation mode that gates its own output."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        self.layer = nn.Linear(features, outputs)
        self.norm = nn.BatchNorm1d(outputs)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)
        nn.init.normal_(self.norm.running_mean, std=0.3)
        nn.init.uniform_(self.norm.running_var, 0.5, 2.0)

    def forward(self, hidden):
        hidden = self.norm(self.layer(hidden))
        return hidden * torch.sigmoid(hidden)


def get_init_inputs():
    return [900, 700]


def get_inputs():
    return [torch.randn(1250, 900)]
