# honest: the product of the transposed, transposed back
# style: re-expressed
# op: matmul
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, a, b):
        return torch.mm(b.t(), a.t()).t()
