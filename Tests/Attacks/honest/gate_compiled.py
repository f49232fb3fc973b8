# honest: torch.compile of the two operations
# style: compiled
# op: gated_product
import torch
import torch.nn as nn


def plain(value, gate):
    return value * torch.sigmoid(gate)


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.fast = torch.compile(plain, dynamic=True)

    def forward(self, value, gate):
        return self.fast(value, gate)
