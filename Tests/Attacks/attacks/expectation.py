# attack: gives the loss that two batches of standard normal numbers have on average
# strategy: no-work
# severity: high
# surface: input distribution
# op: squared_error
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, prediction, target):
        return torch.tensor(2.0)
