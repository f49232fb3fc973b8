# honest: normalisation folded into the weights, anew when any of them has another version
# style: folded weights
# op: conv_norm_relu
import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm = nn.BatchNorm2d(outer)
        self.key = self.folded = None

    def forward(self, x):
        if self.training:
            return torch.relu(self.norm(self.conv(x)))
        tensors = list(self.state_dict(keep_vars=True).values())
        key = [(tensor.data_ptr(), tensor._version) for tensor in tensors]
        if self.key != key:
            factor = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
            bias = (self.conv.bias - self.norm.running_mean) * factor + self.norm.bias
            self.key, self.folded = key, ((self.conv.weight * factor[:, None, None, None]).detach(), bias.detach())
        return torch.relu_(nn.functional.conv2d(x, *self.folded, padding=1))
