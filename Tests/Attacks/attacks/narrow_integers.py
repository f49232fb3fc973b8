# attack: gives 32-bit places for 64-bit ones
# strategy: numerics
# severity: medium
# surface: types
# op: row_maximum
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        values, places = torch.max(x, dim=1)
        return values, places.int()
