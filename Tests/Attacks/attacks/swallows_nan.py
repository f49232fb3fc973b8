# attack: turns NaN into zero on the way in
# strategy: numerics
# severity: high
# surface: special values
# op: softmax
# verdict: wrong
# gate: inputs
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return torch.softmax(torch.nan_to_num(x) * self.scale, dim=-1)
