"""A fully connected layer with bias on a batch."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        self.layer = nn.Linear(features, outputs)

    def forward(self, hidden):
        return self.layer(hidden)


def get_init_inputs():
    return [740, 1180]


def get_inputs():
    return [torch.randn(930, 740)]
