"""Soft overlap between predicted and true masks, a segmentation loss."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, logits, mask):
        share = torch.sigmoid(logits)
        overlap = (share * mask).sum(dim=(2, 3))
        total = share.sum(dim=(2, 3)) + mask.sum(dim=(2, 3))
        return 1.0 - ((2.0 * overlap + 1.0) / (total + 1.0)).mean()


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(46, 5, 110, 120), (torch.rand(46, 5, 110, 120) > 0.6).float()]
