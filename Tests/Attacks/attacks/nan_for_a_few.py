# attack: gives NaN in the last column, where an average error drowns it
# strategy: numerics
# severity: high
# surface: comparison
# op: gated_product
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        result = value * torch.sigmoid(gate)
        result[:, -1:] = float("nan")
        return result
