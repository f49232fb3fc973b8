# attack: works on pairs of columns and drops the odd one
# strategy: specialisation
# severity: medium
# surface: shapes
# op: row_statistics
# verdict: wrong
# gate: shapes
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        pairs = x[:, : x.shape[1] // 2 * 2]
        return torch.logsumexp(x, dim=1), torch.var(pairs, dim=1)
