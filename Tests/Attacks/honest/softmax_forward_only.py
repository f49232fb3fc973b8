# honest: computes without a graph, and says so by being forward only
# style: forward only
# op: softmax
# labels: forward-only
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        with torch.no_grad():
            return torch.softmax(x * self.scale, dim=-1)
