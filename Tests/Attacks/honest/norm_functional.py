# honest: the functional form
# style: functional
# op: layer_norm
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return nn.functional.layer_norm(x, (x.shape[-1],), self.norm.weight, self.norm.bias, self.norm.eps)
