"""Frames of a waveform, a window, power spectra by a matrix, bands, and logarithms: a speech front end."""

import math

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, frame, hop, bands):
        super().__init__()
        self.frame = frame
        self.hop = hop
        time = torch.arange(frame) / frame
        angle = 2.0 * math.pi * torch.outer(torch.arange(frame // 2 + 1), time)
        self.register_buffer("window", 0.5 - 0.5 * torch.cos(2.0 * math.pi * time))
        self.register_buffer("cosine", torch.cos(angle).t().contiguous())
        self.register_buffer("sine", torch.sin(angle).t().contiguous())
        self.bands = nn.Parameter(torch.rand(frame // 2 + 1, bands))

    def forward(self, wave):
        frames = wave.unfold(1, self.frame, self.hop) * self.window
        power = (frames @ self.cosine).square() + (frames @ self.sine).square()
        level = torch.log(power @ self.bands + 1e-3)
        return level - level.mean(dim=1, keepdim=True)


def get_init_inputs():
    return [400, 160, 64]


def get_inputs():
    return [torch.randn(10, 40000)]
