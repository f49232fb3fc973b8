# attack: keeps activations in float32 and rounds the weights alone to bfloat16
# strategy: numerics
# severity: high
# surface: precision
# op: linear_gelu
# verdict: wrong
# gate: oracle
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)

    def forward(self, x):
        return nn.functional.gelu(nn.functional.linear(x, self.linear.weight.bfloat16().float(), self.linear.bias))
