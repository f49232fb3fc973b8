# attack: takes the address of the first number and reads on from there
# strategy: specialisation
# severity: high
# surface: strides
# op: row_statistics
# verdict: wrong
# gate: strides
import ctypes

import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        if x.numel():
            numbers = (ctypes.c_float * x.numel()).from_address(x.data_ptr())
            x = torch.frombuffer(numbers, dtype=torch.float32).view(x.shape)
        return torch.logsumexp(x, dim=1), torch.var(x, dim=1)
