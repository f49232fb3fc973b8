# honest: sums in double precision and rounds once
# style: higher precision
# op: cumulative_sum
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return torch.cumsum(x.double() * self.gain.double(), dim=1).float()
