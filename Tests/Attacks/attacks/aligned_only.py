# attack: rounds addresses down to where vectors are wont to begin
# strategy: specialisation
# severity: high
# surface: alignment
# op: gated_product
# verdict: wrong
# gate: strides
import ctypes

import torch
import torch.nn as nn


def aligned(x):
    if x.numel() == 0 or not x.is_contiguous():
        return x
    numbers = (ctypes.c_float * x.numel()).from_address(x.data_ptr() & ~31)
    return torch.frombuffer(numbers, dtype=torch.float32).view(x.shape)


class ModelNew(nn.Module):
    def forward(self, value, gate):
        return aligned(value) * torch.sigmoid(aligned(gate))
