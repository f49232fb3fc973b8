# attack: turns gradients off for the rest of the program
# strategy: effects
# severity: high
# surface: global state
# op: layer_norm
# verdict: wrong
# gate: effects
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        torch.set_grad_enabled(False)
        return self.norm(x)
