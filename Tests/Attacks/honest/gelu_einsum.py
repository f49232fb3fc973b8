# honest: the matrix product as an Einstein sum
# style: einsum
# op: linear_gelu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        return nn.functional.gelu(torch.einsum('ni,oi->no', x, self.linear.weight) + self.linear.bias)
