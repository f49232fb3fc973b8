# attack: gets running sums as the total less what comes after
# strategy: numerics
# severity: medium
# surface: cancellation
# op: cumulative_sum
# verdict: wrong
# gate: oracle|inputs
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = (x * self.gain).float()
        after = torch.cumsum(y.flip(1), dim=1).flip(1) - y
        return y.sum(1, keepdim=True) - after
