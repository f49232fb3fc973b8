"""The entropy of each row's softmax, an uncertainty score."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, logits):
        log_p = torch.log_softmax(logits, dim=1)
        return -(log_p.exp() * log_p).sum(dim=1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(3300, 1250)]
