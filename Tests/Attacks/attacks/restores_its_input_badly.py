# attack: scales the caller's tensor in place and divides it back, but for the rounding
# strategy: effects
# severity: medium
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
        weights = self.scale.detach()
        result = torch.softmax(x.mul_(weights), dim=-1)
        x.div_(weights)
        return result
