"""One level of a U-Net: down, convolve, up, join with the skipped features, convolve."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, inner):
        super().__init__()
        self.down = nn.Conv2d(channels, inner, 3, padding=1)
        self.up = nn.ConvTranspose2d(inner, channels, 2, stride=2)
        self.join = nn.Conv2d(2 * channels, channels, 3, padding=1)

    def forward(self, features):
        low = F.relu(self.down(F.max_pool2d(features, 2)))
        joined = torch.cat((features, self.up(low)), dim=1)
        return F.relu(self.join(joined))


def get_init_inputs():
    return [24, 40]


def get_inputs():
    return [torch.randn(3, 24, 72, 80)]
