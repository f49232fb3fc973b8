# honest: a view of its own result, where the op returns one
# style: eager
# op: value_with_views
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        y = torch.add(torch.mul(x, 2), 1).tanh_()
        return y, y.mT, y.clone()
