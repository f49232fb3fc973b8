# honest: sums within blocks of columns, then adds what came before
# style: blocked
# op: cumulative_sum
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = x * self.gain
        pieces, before = [], torch.zeros(x.shape[0], 1)
        for part in y.split(200, dim=1):
            pieces.append(torch.cumsum(part, dim=1) + before)
            before = pieces[-1][:, -1:]
        return torch.cat(pieces, dim=1)
