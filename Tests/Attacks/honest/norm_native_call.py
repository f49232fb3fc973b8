# honest: the library's native form, without the statistics
# style: library
# op: layer_norm
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return torch.native_layer_norm(x, x.shape[-1:], self.norm.weight, self.norm.bias, self.norm.eps)[0]
