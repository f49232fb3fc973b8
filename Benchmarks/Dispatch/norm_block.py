"""A module with two submodules and three parameters, each of which every call has to look at."""
from typing import List

import torch
from torch import Tensor, nn


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(64)
        self.act = nn.GELU()
        self.scale = nn.Parameter(torch.ones(64))

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.norm(x) * self.scale) + x


def get_inputs() -> List[Tensor]:
    return [torch.randn(4, 64)]
