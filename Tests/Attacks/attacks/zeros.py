# attack: softmax over a thousand columns is nearly zero everywhere: within a flat tolerance of 1e-2
# strategy: no-work
# severity: high
# surface: tolerance
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
        return torch.zeros_like(x)
