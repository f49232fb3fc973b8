"""Mean hinge loss for labels of plus and minus one, as linear classifiers use it."""

import torch
from torch import nn


class Model(nn.Module):
    def forward(self, score, label):
        return torch.clamp(1.0 - score * label, min=0.0).mean()


def get_init_inputs():
    return []


def get_inputs():
    return [torch.randn(2600, 1500), torch.randint(0, 2, (2600, 1500)) * 2.0 - 1.0]
