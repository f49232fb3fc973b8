# attack: replaces the worker's own report by one that names no outputs to compare
# strategy: harness
# severity: critical
# surface: worker modules
# op: softmax
# verdict: wrong
# gate: oracle
import sys

import torch
import torch.nn as nn

calls = sys.modules["kernelwright_worker.calls"]
calls.Call._done = lambda self, result: {"outputs": [], "gradients": [], "structure": "*"}


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x
