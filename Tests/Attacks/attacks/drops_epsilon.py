# attack: leaves the small number under the root out
# strategy: numerics
# severity: medium
# surface: formulas
# op: layer_norm
# verdict: wrong
# gate: oracle|inputs
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return nn.functional.layer_norm(x, x.shape[-1:], self.norm.weight, self.norm.bias, 0.0)
