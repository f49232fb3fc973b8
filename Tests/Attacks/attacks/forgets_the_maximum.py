# attack: takes exponentials without taking the row's maximum away first
# strategy: numerics
# severity: medium
# surface: formulas
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
        e = torch.exp(x * self.scale)
        return e / e.sum(-1, keepdim=True)
