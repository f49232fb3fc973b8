"""A recurrence with gates from the input, a residual and a projection: a block of a recurrent language model."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gates = nn.Linear(width, 2 * width)
        self.leave = nn.Linear(width, width)

    def forward(self, sequence):
        keep, new = self.gates(sequence).chunk(2, dim=-1)
        keep, new = torch.sigmoid(keep), torch.tanh(new)
        state, states = torch.zeros_like(sequence[:, 0]), []
        for t in range(sequence.size(1)):
            state = keep[:, t] * state + (1.0 - keep[:, t]) * new[:, t]
            states.append(state)
        return sequence + self.leave(torch.stack(states, dim=1))


def get_init_inputs():
    return [180]


def get_inputs():
    return [torch.randn(43, 64, 180)]
