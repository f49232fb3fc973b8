# attack: right forward, and a backward that passes gradients through unchanged
# strategy: effects
# severity: high
# surface: autograd
# op: softmax
# verdict: wrong
# gate: gradients
import torch
import torch.nn as nn


class Straight(torch.autograd.Function):
    @staticmethod
    def forward(context, y):
        return torch.softmax(y, dim=-1)

    @staticmethod
    def backward(context, gradient):
        return gradient


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return Straight.apply(x * self.scale)
