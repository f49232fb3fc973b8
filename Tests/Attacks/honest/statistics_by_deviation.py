# honest: the variance as the square of the deviation
# style: other formula
# op: row_statistics
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        return torch.logsumexp(x, dim=1), torch.std(x, dim=1) ** 2
