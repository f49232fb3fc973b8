# attack: takes the statistics of every fourth column only
# strategy: no-work
# severity: high
# surface: tolerance
# op: row_statistics
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        part = x[:, ::4]
        return torch.logsumexp(part, dim=1) + 1.3862943611198906, torch.var(part, dim=1)
