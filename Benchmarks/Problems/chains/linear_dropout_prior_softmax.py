"""A classifier's head in evaluation mode: dropout that does nothing, a log prior, a temperature, softmax."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        self.dropout = nn.Dropout(0.3)
        self.layer = nn.Linear(features, outputs)

    def forward(self, hidden, prior):
        logits = self.layer(self.dropout(hidden))
        return torch.softmax((logits + prior) / 1.4, dim=1)


def get_init_inputs():
    return [720, 890]


def get_inputs():
    return [torch.randn(1150, 720), torch.randn(890)]
