# honest: the sigmoid as a quotient
# style: other formula
# op: gated_product
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        return value / (1 + torch.exp(-gate))
