# honest: GELU through the complement of the error function, exact where PyTorch's own has no digit left
# style: other formula
# op: linear_gelu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        y = self.linear(x)
        return 0.5 * y * torch.erfc(y * -0.7071067811865476)
