# honest: keeps one scratch buffer between calls, and gives a fresh output each time
# style: buffer reuse
# op: linear_gelu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.linear = nn.Linear(inner, outer)
        self.scratch = None

    def forward(self, x):
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            return nn.functional.gelu(self.linear(x))
        shape = (x.shape[0], self.linear.out_features)
        if self.scratch is None or self.scratch.shape != shape:
            self.scratch = torch.empty(shape)
        torch.addmm(self.linear.bias, x, self.linear.weight.t(), out=self.scratch)
        return nn.functional.gelu(self.scratch)
