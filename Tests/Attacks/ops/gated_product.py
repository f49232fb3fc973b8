"""Two inputs of one shape: one gates the other."""
import torch
import torch.nn as nn


class Model(nn.Module):
    def forward(self, value, gate):
        return value * torch.sigmoid(gate)


def get_inputs():
    return [torch.randn(320, 800), torch.randn(320, 800)]


def get_init_inputs():
    return []
