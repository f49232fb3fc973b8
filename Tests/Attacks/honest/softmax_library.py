# honest: the library's own call
# style: library
# op: softmax
# labels: trivial
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return torch.softmax(x * self.scale, dim=-1)
