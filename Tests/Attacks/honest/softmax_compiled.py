# honest: torch.compile of the op written out
# style: compiled
# op: softmax
import torch
import torch.nn as nn


def plain(x, scale):
    return torch.softmax(x * scale, dim=-1)


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.fast = torch.compile(plain, dynamic=True)

    def forward(self, x):
        return self.fast(x, self.scale)
