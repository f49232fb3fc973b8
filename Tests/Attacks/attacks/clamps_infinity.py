# attack: holds its inputs to plus and minus a billion
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
        return value.clamp(-1e9, 1e9) * torch.sigmoid(gate)
