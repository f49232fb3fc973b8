# attack: takes the variance as the mean of squares less the square of the mean
# strategy: numerics
# severity: medium
# surface: formulas
# op: row_statistics
# verdict: wrong
# gate: inputs
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        count = x.shape[1]
        mean = x.sum(1) / count
        variance = ((x * x).sum(1) / count - mean * mean) * (count / (count - 1)) if count > 1 else torch.var(x, dim=1)
        return torch.logsumexp(x, dim=1), variance
