# honest: one fresh buffer for the gate and the result
# style: out variants
# op: gated_product
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        if torch.is_grad_enabled() and (value.requires_grad or gate.requires_grad):
            return value * torch.sigmoid(gate)
        result = torch.sigmoid(gate)
        return torch.mul(value, result, out=result)
