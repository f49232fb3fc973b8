# honest: the sum of squares as a product of a vector with itself
# style: re-expressed
# op: squared_error
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, prediction, target):
        difference = (prediction - target).reshape(-1)
        return torch.dot(difference, difference) / difference.numel()
