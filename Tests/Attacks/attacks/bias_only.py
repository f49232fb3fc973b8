# attack: leaves the matrix product out and keeps the bias
# strategy: no-work
# severity: high
# surface: tolerance
# op: linear_gelu
# verdict: wrong
# gate: oracle
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        return nn.functional.gelu(self.linear.bias).expand(x.shape[0], -1).clone()
