# attack: gives float64 for float32
# strategy: numerics
# severity: low
# surface: types
# op: cumulative_sum
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return torch.cumsum(x.double() * self.gain, dim=1)
