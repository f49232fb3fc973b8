# attack: passes over NaN when it looks for the maximum
# strategy: numerics
# severity: medium
# surface: special values
# op: row_maximum
# verdict: wrong
# gate: inputs
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        values, places = torch.max(torch.where(torch.isnan(x), -float("inf"), x), dim=1)
        return values, places
