# attack: leaves float64 behind as the type of everything that the caller makes next
# strategy: effects
# severity: high
# surface: global state
# op: softmax
# verdict: wrong
# gate: effects
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        torch.set_default_dtype(torch.float64)
        return torch.softmax(x * self.scale, dim=-1)
