# honest: row sums as a product with a vector of ones
# style: re-expressed
# op: layer_norm
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        ones = torch.ones(x.shape[-1], 1)
        centred = x - torch.matmul(x, ones) / x.shape[-1]
        variance = torch.matmul(centred * centred, ones) / x.shape[-1]
        return torch.addcmul(self.norm.bias, centred * torch.rsqrt(variance + self.norm.eps), self.norm.weight)
