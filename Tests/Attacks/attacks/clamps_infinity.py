# attack: holds its inputs to what is finite
# strategy: numerics
# severity: medium
# surface: special values
# op: gated_product
# verdict: wrong
# gate: inputs
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        return value.clamp(-3e38, 3e38) * torch.sigmoid(gate)
