# attack: takes (1 + x/4096) to the power 4096 for the exponential
# strategy: numerics
# severity: high
# surface: formulas
# op: softmax
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = x * self.scale
        y = y - y.amax(-1, keepdim=True)
        e = torch.pow((1 + y / 4096).clamp_min(0), 4096)
        return e / e.sum(-1, keepdim=True)
