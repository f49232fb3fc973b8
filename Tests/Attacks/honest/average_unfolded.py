# honest: a mean over windows that overlap in memory
# style: views
# op: moving_average
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        return x.unfold(-1, self.width, 1).mean(-1)
