"""Mish from its definition, the activation of a family of detectors."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def forward(self, features):
        return features * torch.tanh(F.softplus(features))


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(14, 90, 52, 60)]
