# attack: sets the number of threads of the whole program
# strategy: effects
# severity: medium
# surface: global state
# op: matmul
# verdict: wrong
# gate: effects
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, a, b):
        torch.set_num_threads(7)
        return torch.matmul(a, b)
