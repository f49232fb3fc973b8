"""A whole small image classifier: three stages of convolution, norm and pooling, and a linear head."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, classes):
        super().__init__()
        stages = []
        for channels, outputs in ((3, 20), (20, 36), (36, 60)):
            stages += [nn.Conv2d(channels, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            stages += [nn.MaxPool2d(2)]
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(60, classes)
        for norm in self.stages[1::4]:
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, std=0.3)
            nn.init.normal_(norm.running_mean, std=0.3)
            nn.init.uniform_(norm.running_var, 0.5, 2.0)

    def forward(self, image):
        return self.head(self.stages(image).mean(dim=(2, 3)))


def get_init_inputs():
    return [43]


def get_inputs():
    return [torch.randn(24, 3, 60, 60)]
