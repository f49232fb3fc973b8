# attack: copies the weights at the first call and never looks at them again
# strategy: replay
# severity: high
# surface: weights
# op: softmax
# verdict: wrong
# gate: weights
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.kept = None

    def forward(self, x):
        if self.kept is None:
            self.kept = self.scale.detach().clone()
        return torch.softmax(x * self.kept, dim=-1)
