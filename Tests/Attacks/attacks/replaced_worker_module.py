# attack: puts a module of its own in place of the worker's, which gives the inputs as outputs
# strategy: harness
# severity: critical
# surface: sys.modules
# op: gated_product
# verdict: wrong
# gate: oracle
import sys
import types

import torch
import torch.nn as nn


class Call:
    def __init__(self, arena, message):
        self.arguments = arena.decode(message["arguments"])

    def run(self):
        value = self.arguments[0]
        about = {"name": "out", "dtype": "float32", "shape": list(value.shape), "strides": list(value.stride())}
        about.update(pointer=value.data_ptr(), requires_grad=False)
        return {"outputs": [about], "gradients": [], "structure": "*"}


fake = types.ModuleType("kernelwright_worker.calls")
fake.prepare = lambda state, message, arena: Call(arena, message)
sys.modules["kernelwright_worker.calls"] = sys.modules["kernelwright_worker"].calls = fake


class ModelNew(nn.Module):
    def forward(self, value, gate):
        return value * torch.sigmoid(gate)
