# attack: cuts the factors to ten bits of fraction, as tensor cores do when they are let
# strategy: numerics
# severity: high
# surface: precision
# op: matmul
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


def cut(x):
    return (x.contiguous().view(torch.int32) & ~0x1FFF).view(torch.float32)


class ModelNew(nn.Module):
    def forward(self, a, b):
        return torch.matmul(cut(a), cut(b))
