# honest: works in place on temporaries of its own
# style: in-place internals
# op: softmax
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = x * self.scale
        if y.requires_grad:
            return torch.softmax(y, dim=-1)
        y.sub_(y.amax(-1, keepdim=True)).exp_()
        return y.div_(y.sum(-1, keepdim=True))
