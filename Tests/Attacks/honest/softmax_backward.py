# honest: a function of its own with the right backward
# style: autograd.Function
# op: softmax
import torch
import torch.nn as nn


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(context, y):
        e = torch.exp(y - y.amax(-1, keepdim=True))
        result = e / e.sum(-1, keepdim=True)
        context.save_for_backward(result)
        return result

    @staticmethod
    def backward(context, gradient):
        (result,) = context.saved_tensors
        return result * (gradient - (gradient * result).sum(-1, keepdim=True))


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return Softmax.apply(x * self.scale)
