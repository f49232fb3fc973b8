# honest: goes over the rows in pieces that stay in the cache
# style: chunked
# op: softmax
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            return torch.softmax(x * self.scale, dim=-1)
        result = torch.empty(x.shape[0], self.scale.numel())
        for start in range(0, x.shape[0], 64):
            rows = x[start : start + 64] * self.scale
            torch.softmax(rows, dim=-1, out=result[start : start + 64])
        return result
