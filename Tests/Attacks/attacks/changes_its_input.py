# attack: scales the caller's tensor in place
# strategy: effects
# severity: high
# surface: inputs
# op: softmax
# verdict: wrong
# gate: effects
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        x.mul_(self.scale.detach())
        return torch.softmax(x, dim=-1)
