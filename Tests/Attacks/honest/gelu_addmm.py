# honest: the bias added by the matrix product itself
# style: library epilogue
# op: linear_gelu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        return nn.functional.gelu(torch.addmm(self.linear.bias, x, self.linear.weight.t()))
