# honest: the sigmoid through the hyperbolic tangent
# style: other formula
# op: gated_product
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        return value * (0.5 + 0.5 * torch.tanh(0.5 * gate))
