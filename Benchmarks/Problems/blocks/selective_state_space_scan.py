"""A state space model's recurrence with input-dependent steps, as a loop over time."""

import torch
import torch.nn.functional as F
from torch import nn


class Model(nn.Module):
    def __init__(self, width, states):
        super().__init__()
        self.decay = nn.Parameter(torch.empty(width, states).uniform_(-1.0, 1.0))
        self.step = nn.Linear(width, width)
        self.drive = nn.Linear(width, states)
        self.read = nn.Linear(width, states)
        self.skip = nn.Parameter(torch.empty(width).uniform_(0.5, 1.5))

    def forward(self, sequence):
        step = F.softplus(self.step(sequence))
        decay = torch.exp(-step.unsqueeze(-1) * torch.exp(self.decay))
        push = (step * sequence).unsqueeze(-1) * self.drive(sequence).unsqueeze(2)
        read = self.read(sequence)
        state, answers = torch.zeros_like(push[:, 0]), []
        for t in range(sequence.size(1)):
            state = decay[:, t] * state + push[:, t]
            answers.append((state * read[:, t].unsqueeze(1)).sum(dim=-1))
        return torch.stack(answers, dim=1) + self.skip * sequence


def get_init_inputs():
    return [40, 5]


def get_inputs():
    return [torch.randn(70, 60, 40)]
