# honest: channels last on the inside
# style: layout
# op: conv_norm_relu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm = nn.BatchNorm2d(outer)

    def forward(self, x):
        y = self.conv(x.contiguous(memory_format=torch.channels_last))
        return torch.relu(self.norm(y)).contiguous()
