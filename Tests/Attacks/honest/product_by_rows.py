# honest: rows in blocks
# style: chunked
# op: matmul
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, a, b):
        return torch.cat([torch.mm(rows, b) for rows in a.split(64)])
