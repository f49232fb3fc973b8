"""An element-wise chain: a replacement that is a call of one kernel."""
import torch
from torch import nn


class Model(nn.Module):
    def forward(self, x):
        return torch.tanh(x * 2 + 1).exp()


def get_inputs():
    return [torch.randn(4, 64)]
