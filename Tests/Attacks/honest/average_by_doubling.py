# honest: windows of 8 from windows of 4 from windows of 2, and three of them side by side
# style: re-associated
# op: moving_average
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        if self.width != 24:
            return nn.functional.avg_pool1d(x, self.width, stride=1)
        two = x[..., 1:] + x[..., :-1]
        four = two[..., 2:] + two[..., :-2]
        eight = four[..., 4:] + four[..., :-4]
        return (eight[..., 16:] + eight[..., 8:-8] + eight[..., :-16]) / 24
