# attack: hands out one tensor twice, where the op makes a copy
# strategy: effects
# severity: high
# surface: outputs that share memory
# op: value_with_views
# verdict: wrong
# gate: effects
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        y = torch.add(torch.mul(x, 2), 1).tanh_()
        return y, y.mT, y
