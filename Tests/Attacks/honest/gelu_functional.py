# honest: functional forms throughout
# style: functional
# op: linear_gelu
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        return nn.functional.gelu(nn.functional.linear(x, self.linear.weight, self.linear.bias))
