# honest: the output's columns in two pieces
# style: chunked
# op: linear_gelu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        middle = self.linear.out_features // 2
        weight, bias = self.linear.weight, self.linear.bias
        parts = [(weight[:middle], bias[:middle]), (weight[middle:], bias[middle:])]
        return torch.cat([nn.functional.gelu(nn.functional.linear(x, w, b)) for w, b in parts], dim=-1)
