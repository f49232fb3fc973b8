# honest: sums of rows first, then their sum
# style: re-associated
# op: squared_error
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, prediction, target):
        difference = prediction - target
        return (difference * difference).sum(-1).sum() / difference.numel()
