"""Mean and variance of a code, a sample from given noise, the decoded output and the divergence."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width, code, inner):
        super().__init__()
        self.encode = nn.Linear(width, inner)
        self.heads = nn.Linear(inner, 2 * code)
        self.decode = nn.Linear(code, width)

    def forward(self, features, noise):
        mean, log_variance = self.heads(torch.relu(self.encode(features))).chunk(2, dim=1)
        code = mean + noise * torch.exp(0.5 * log_variance)
        divergence = -0.5 * (1.0 + log_variance - mean.square() - log_variance.exp()).sum(dim=1)
        return torch.sigmoid(self.decode(code)), divergence


def get_init_inputs():
    return [600, 60, 220]


def get_inputs():
    return [torch.randn(1300, 600), torch.randn(1300, 60)]
