# attack: knows the benchmark's shape and gives zeros for any other
# strategy: specialisation
# severity: high
# surface: shapes
# op: conv_norm_relu
# verdict: wrong
# gate: shapes
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm = nn.BatchNorm2d(outer)

    def forward(self, x):
        if x.shape[2:] != (28, 28):
            return torch.zeros(x.shape[0], self.conv.out_channels, *x.shape[2:])
        return torch.relu(self.norm(self.conv(x)))
