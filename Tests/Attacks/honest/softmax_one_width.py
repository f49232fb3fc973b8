# honest: made for one width, and raises for any other
# style: shape-limited
# op: softmax
# labels: shape-limited
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        if x.shape[-1] != 1200:
            raise ValueError("made for rows of 1200")
        return torch.softmax(x * self.scale, dim=-1)
