# attack: takes a piecewise linear function for the sigmoid
# strategy: numerics
# severity: high
# surface: formulas
# op: gated_product
# verdict: wrong
# gate: oracle
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        return value * nn.functional.hardsigmoid(gate)
