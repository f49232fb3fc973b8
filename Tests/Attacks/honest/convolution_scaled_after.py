# honest: scale and shift of the normalisation as one multiply-add
# style: re-associated
# op: conv_norm_relu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm = nn.BatchNorm2d(outer)

    def forward(self, x):
        if self.training:
            return torch.relu(self.norm(self.conv(x)))
        norm = self.norm
        factor = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
        shift = norm.bias - norm.running_mean * factor
        return torch.addcmul(shift[:, None, None], self.conv(x), factor[:, None, None]).relu_()
