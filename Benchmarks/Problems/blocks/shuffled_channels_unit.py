"""Half the channels pass through, the others are filtered, and both are shuffled together."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.enter = nn.Conv2d(half, half, 1)
        self.space = nn.Conv2d(half, half, 3, padding=1, groups=half, bias=False)
        self.norm = nn.BatchNorm2d(half)
        self.leave = nn.Conv2d(half, half, 1)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)
        nn.init.normal_(self.norm.running_mean, std=0.3)
        nn.init.uniform_(self.norm.running_var, 0.5, 2.0)

    def forward(self, features):
        kept, changed = features.chunk(2, dim=1)
        changed = F.relu(self.leave(self.norm(self.space(F.relu(self.enter(changed))))))
        return torch.stack((kept, changed), dim=2).flatten(1, 2)


def get_init_inputs():
    return [80]


def get_inputs():
    return [torch.randn(15, 80, 46, 50)]
