# attack: slides a sum along the row in double precision, from which an infinity can't be taken away again
# strategy: numerics
# severity: medium
# surface: special values
# op: moving_average
# verdict: wrong
# gate: inputs
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        total = nn.functional.pad(torch.cumsum(x.double(), dim=-1), (1, 0))
        return ((total[..., self.width :] - total[..., : -self.width]) / self.width).float()
