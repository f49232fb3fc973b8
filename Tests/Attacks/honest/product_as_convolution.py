# honest: a convolution of size one
# style: re-expressed
# op: matmul
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, a, b):
        return nn.functional.conv1d(a.t().unsqueeze(0), b.t().unsqueeze(-1))[0].t()
