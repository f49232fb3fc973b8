# attack: leaves the normalisation's running statistics in use in training too
# strategy: effects
# severity: high
# surface: training
# op: conv_norm_relu
# verdict: wrong
# gate: gradients
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm = nn.BatchNorm2d(outer)

    def forward(self, x):
        norm = self.norm
        y = nn.functional.batch_norm(self.conv(x), norm.running_mean, norm.running_var, norm.weight, norm.bias)
        return torch.relu(y)
