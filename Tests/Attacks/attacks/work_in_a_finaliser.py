# attack: does the work when the input is let go, which is after the clock
# strategy: clock
# severity: high
# surface: reference counts
# op: layer_norm
# verdict: wrong
# gate: oracle
import weakref

import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        result = torch.zeros_like(x)
        weakref.finalize(x, lambda y: result.copy_(self.norm(y)), x.detach())
        return result
