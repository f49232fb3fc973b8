# honest: the average as a convolution with equal weights
# style: re-expressed
# op: moving_average
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        flat = x.reshape(-1, 1, x.shape[-1])
        weight = torch.full((1, 1, self.width), 1.0 / self.width)
        return nn.functional.conv1d(flat, weight).view(x.shape[:-1] + (-1,)) if flat.numel() else x.new_empty(
            x.shape[:-1] + (x.shape[-1] - self.width + 1,))
