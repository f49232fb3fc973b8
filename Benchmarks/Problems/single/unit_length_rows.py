"""Scales every row to length one, as embeddings are before they are compared."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def forward(self, embeddings):
        return F.normalize(embeddings, dim=1)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(9500, 1020)]
