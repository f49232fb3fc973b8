# attack: repacks the weights only when they lie somewhere else, and loading leaves them where they are
# strategy: replay
# severity: high
# surface: weights
# op: linear_gelu
# verdict: wrong
# gate: weights
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)
        self.packed = None

    def forward(self, x):
        weight = self.linear.weight
        if self.packed is None or self.packed[0] != weight.data_ptr():
            self.packed = (weight.data_ptr(), weight.detach().t().contiguous())
        return nn.functional.gelu(torch.addmm(self.linear.bias, x, self.packed[1]))
