"""Counts the entries above a threshold over the middle dimension, a vote."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, threshold):
        super().__init__()
        self.threshold = threshold

    def forward(self, evidence):
        return (evidence > self.threshold).sum(dim=1)


def get_init_inputs():
    return [0.7]


def get_inputs():
    return [torch.randn(900, 60, 110)]
