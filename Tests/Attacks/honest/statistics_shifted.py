# honest: log-sum-exp with the maximum taken out, variance in two passes
# style: written out
# op: row_statistics
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        most = x.amax(1, keepdim=True)
        most = torch.where(torch.isfinite(most), most, torch.zeros_like(most))
        mean = x.mean(1, keepdim=True)
        variance = ((x - mean) ** 2).sum(1) / (x.shape[1] - 1)
        return torch.log(torch.exp(x - most).sum(1)) + most[:, 0], variance
