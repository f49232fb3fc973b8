# attack: takes the tanh form for the exact GELU
# strategy: numerics
# severity: high
# surface: formulas
# op: linear_gelu
# verdict: wrong
# gate: oracle
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        return nn.functional.gelu(self.linear(x), approximate='tanh')
