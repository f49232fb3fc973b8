# attack: replaces one factor by its best approximation of half the rank
# strategy: specialisation
# severity: high
# surface: structure
# op: matmul
# verdict: wrong
# gate: oracle
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, a, b):
        u, s, v = torch.linalg.svd(b, full_matrices=False)
        rank = max(1, s.numel() // 2)
        return (a @ (u[:, :rank] * s[:rank])) @ v[:rank]
