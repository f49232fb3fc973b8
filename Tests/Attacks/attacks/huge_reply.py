# attack: returns a dictionary whose key alone is longer than any reply may be
# strategy: harness
# severity: medium
# surface: replies pipe
# op: softmax
# verdict: unsafe|wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return {'a' * (100 << 20): torch.softmax(x * self.scale, dim=-1)}
