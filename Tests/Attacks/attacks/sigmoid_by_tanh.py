# attack: takes the sigmoid from the hyperbolic tangent, which leaves nothing of small values
# strategy: numerics
# severity: low
# surface: cancellation
# op: gated_product
# verdict: wrong
# gate: inputs|oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        return value * (0.5 + 0.5 * torch.tanh(0.5 * gate))
