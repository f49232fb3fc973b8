"""Generalised overlap of predicted and true boxes given by corner and size, a detector's loss."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, predicted, target):
        low1, low2 = predicted[:, :2], target[:, :2]
        high1, high2 = low1 + predicted[:, 2:] + 0.05, low2 + target[:, 2:] + 0.05
        common = (torch.minimum(high1, high2) - torch.maximum(low1, low2)).clamp(min=0.0).prod(dim=1)
        union = (high1 - low1).prod(dim=1) + (high2 - low2).prod(dim=1) - common
        hull = (torch.maximum(high1, high2) - torch.minimum(low1, low2)).prod(dim=1)
        return (1.0 - common / union + (hull - union) / hull).mean()


def get_init_inputs():
    return []


def get_inputs():
    return [torch.rand(330000, 4), torch.rand(330000, 4)]
