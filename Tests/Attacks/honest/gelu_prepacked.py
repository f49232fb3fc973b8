# honest: keeps transposed weights and makes them anew when their version has changed
# style: prepacked weights
# op: linear_gelu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)
        self.key = self.packed = None

    def forward(self, x):
        weight = self.linear.weight
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            return nn.functional.gelu(self.linear(x))
        key = (weight.data_ptr(), weight._version)
        if self.key != key:
            self.key, self.packed = key, weight.detach().t().contiguous()
        return nn.functional.gelu(torch.addmm(self.linear.bias, x, self.packed))
