# honest: the library's loss
# style: library
# op: squared_error
# labels: trivial
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, prediction, target):
        return nn.functional.mse_loss(prediction, target)
