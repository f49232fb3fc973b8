# honest: the library's joint call
# style: library
# op: row_statistics
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        variance, _ = torch.var_mean(x, dim=1)
        return torch.logsumexp(x, 1), variance
