# attack: detaches the denominator, which leaves gradients that look about right
# strategy: effects
# severity: high
# surface: autograd
# op: softmax
# verdict: wrong
# gate: gradients
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = x * self.scale
        e = torch.exp(y - y.amax(-1, keepdim=True).detach())
        return e / e.sum(-1, keepdim=True).detach()
