# honest: two outputs that lie side by side in one fresh buffer
# style: packed outputs
# op: row_maximum
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        values, places = torch.max(x, dim=1)
        if values.requires_grad:
            return values, places
        buffer = torch.empty(12 * x.shape[0] + 8, dtype=torch.uint8)
        wide = buffer[: 8 * x.shape[0]].view(torch.long)
        narrow = buffer[8 * x.shape[0] : 12 * x.shape[0]].view(torch.float32)
        return narrow.copy_(values), wide.copy_(places)
