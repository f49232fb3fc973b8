"""A product of three matrices in the expensive order, then a square root that keeps the sign."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, tall, wide, narrow):
        product = (tall @ wide) @ narrow
        return torch.sign(product) * torch.sqrt(product.abs() + 1e-3)


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(1500, 60), torch.randn(60, 1400), torch.randn(1400, 90)]
