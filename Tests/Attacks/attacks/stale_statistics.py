# attack: folds the normalisation into the convolution once, whatever is loaded later
# strategy: replay
# severity: high
# surface: buffers
# op: conv_norm_relu
# verdict: wrong
# gate: weights
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm = nn.BatchNorm2d(outer)
        self.folded = None

    def forward(self, x):
        if self.folded is None:
            factor = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
            bias = (self.conv.bias - self.norm.running_mean) * factor + self.norm.bias
            self.folded = ((self.conv.weight * factor[:, None, None, None]).detach().clone(), bias.detach().clone())
        return torch.relu(nn.functional.conv2d(x, *self.folded, padding=1))
