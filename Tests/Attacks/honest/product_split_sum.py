# honest: the inner dimension in two halves, summed
# style: re-associated
# op: matmul
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, a, b):
        middle = a.shape[1] // 2
        return torch.addmm(a[:, :middle] @ b[:middle], a[:, middle:], b[middle:])
