# attack: names the last of equal maxima where the op names the first
# strategy: numerics
# severity: low
# surface: ties
# op: row_maximum
# verdict: wrong
# gate: inputs|oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        values, places = torch.max(x.flip(1), dim=1)
        return values, x.shape[1] - 1 - places
