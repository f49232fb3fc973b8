# attack: slides a float32 sum along the row, whose error never leaves the window again
# strategy: numerics
# severity: medium
# surface: cancellation
# op: moving_average
# verdict: wrong
# gate: inputs|oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        total = torch.cumsum(x, dim=-1)
        zero = torch.zeros(x.shape[:-1] + (1,))
        total = torch.cat([zero, total], dim=-1)
        return (total[..., self.width :] - total[..., : -self.width]) / self.width
