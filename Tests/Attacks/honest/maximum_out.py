# honest: the library's call into fresh buffers
# style: out variants
# op: row_maximum
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        if torch.is_grad_enabled() and x.requires_grad:
            return tuple(torch.max(x, dim=1))
        values, places = torch.empty(x.shape[0]), torch.empty(x.shape[0], dtype=torch.long)
        torch.max(x, dim=1, out=(values, places))
        return values, places
