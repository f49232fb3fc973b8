# attack: reads any input as if its rows lay one behind the other
# strategy: specialisation
# severity: high
# surface: strides
# op: softmax
# verdict: wrong
# gate: strides
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        if x.shape[0] > 1 and x.stride(0):
            x = torch.as_strided(x, x.shape, (x.shape[1], 1))
        return torch.softmax(x * self.scale, dim=-1)
