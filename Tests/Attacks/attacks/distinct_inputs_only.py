# attack: uses one input as scratch and puts it back, which breaks when both are the same memory
# strategy: specialisation
# severity: medium
# surface: aliasing
# op: gated_product
# verdict: wrong
# gate: strides
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        saved = gate.clone()
        gate.sigmoid_()
        result = value * gate
        gate.copy_(saved)
        return result
