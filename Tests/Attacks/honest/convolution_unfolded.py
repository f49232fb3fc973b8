# honest: the convolution as a matrix product over unfolded patches
# style: re-expressed
# op: conv_norm_relu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm = nn.BatchNorm2d(outer)

    def forward(self, x):
        patches = nn.functional.unfold(x, 3, padding=1)
        weight = self.conv.weight.flatten(1)
        y = torch.matmul(weight, patches) + self.conv.bias[:, None]
        return torch.relu(self.norm(y.view(x.shape[0], weight.shape[0], x.shape[2], x.shape[3])))
