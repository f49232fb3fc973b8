# honest: scales and sums in a buffer of its own
# style: in-place internals
# op: cumulative_sum
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = x * self.gain
        return torch.cumsum(y, dim=1) if y.requires_grad else y.cumsum_(dim=1)
