"""Token and position embeddings, scaled, added and normalised: the input of a language model."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, words, width, length):
        super().__init__()
        self.table = nn.Embedding(words, width)
        self.place = nn.Parameter(torch.randn(length, width) * 0.3)
        self.norm = nn.LayerNorm(width)
        nn.init.uniform_(self.norm.weight, 0.5, 1.5)
        nn.init.normal_(self.norm.bias, std=0.3)

    def forward(self, tokens):
        return self.norm(self.table(tokens) * 1.7 + self.place)


def get_init_inputs():
    return [9000, 420, 320]


def get_inputs():
    return [torch.randint(0, 9000, (44, 320))]
