# attack: takes logarithms of sums of plain exponentials, which small numbers allow
# strategy: specialisation
# severity: medium
# surface: input distribution
# op: row_statistics
# verdict: wrong
# gate: inputs
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, x):
        return torch.log(torch.exp(x).sum(1)), torch.var(x, dim=1)
