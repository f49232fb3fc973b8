# attack: replaces Python's clocks by ones that do the pending work before they tell the time
# strategy: clock
# severity: critical
# surface: time module
# op: softmax
# verdict: wrong
# gate: oracle
import time

import torch
import torch.nn as nn

pending = []


def late(clock):
    def read():
        while pending:
            pending.pop()()
        return clock()

    return read


for name in ("time", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time", "time_ns"):
    setattr(time, name, late(getattr(time, name)))


class ModelNew(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        result = torch.empty_like(x)
        pending.append(lambda: result.copy_(torch.softmax(x * self.scale, dim=-1)))
        return result
