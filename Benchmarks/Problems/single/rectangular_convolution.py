"""A 3 by 9 convolution on spectrograms, wider in time than in frequency."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        self.mix = nn.Conv2d(channels, outputs, (3, 9), stride=(1, 2), padding=(1, 4))

    def forward(self, spectrogram):
        return self.mix(spectrogram)


def get_init_inputs():
    return [28, 44]


def get_inputs():
    return [torch.randn(6, 28, 64, 190)]
