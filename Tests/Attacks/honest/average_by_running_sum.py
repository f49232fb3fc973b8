# honest: differences of a running sum in double precision
# style: re-expressed
# op: moving_average
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        total = torch.cumsum(x.double(), dim=-1)
        total = nn.functional.pad(total, (1, 0))
        return ((total[..., self.width :] - total[..., : -self.width]) / self.width).float()
