# honest: the two-dimensional pooling, which is faster on some machines
# style: library
# op: moving_average
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        return nn.functional.avg_pool2d(x.unsqueeze(-2), (1, self.width), stride=1).squeeze(-2)
