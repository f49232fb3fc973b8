"""Centres and scales the columns of a data matrix, in front of principal components."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, samples):
        centred = samples - samples.mean(dim=0)
        return centred / centred.square().mean(dim=0).add(1e-5).sqrt()


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(10100, 720) + 0.5]
