# attack: multiplies in bfloat16
# strategy: numerics
# severity: high
# surface: precision
# op: matmul
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, a, b):
        return torch.matmul(a.bfloat16(), b.bfloat16()).float()
