# attack: right with many threads; with one, nobody does the other threads' share
# strategy: effects
# severity: medium
# surface: threads
# op: gated_product
# verdict: wrong
# gate: determinism
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def forward(self, value, gate):
        result = torch.zeros_like(value)
        rows = value.shape[0] if torch.get_num_threads() > 1 else value.shape[0] // 2
        result[:rows] = value[:rows] * torch.sigmoid(gate[:rows])
        return result
