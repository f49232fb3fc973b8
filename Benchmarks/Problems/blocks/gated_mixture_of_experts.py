"""A dense mixture: four small experts weighed by a softmax gate."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, width, inner, experts):
        super().__init__()
        self.gate = nn.Linear(width, experts)
        self.first = nn.Parameter(torch.randn(experts, width, inner) * width**-0.5)
        self.second = nn.Parameter(torch.randn(experts, inner, width) * inner**-0.5)

    def forward(self, hidden):
        share = torch.softmax(self.gate(hidden), dim=-1)
        inside = F.gelu(torch.einsum("nd,edh->enh", hidden, self.first))
        answers = torch.einsum("enh,ehd->end", inside, self.second)
        return torch.einsum("end,ne->nd", answers, share)


def get_init_inputs():
    return [120, 260, 4]


def get_inputs():
    return [torch.randn(1500, 120)]
