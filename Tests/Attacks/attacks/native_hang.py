# attack: never comes back from native code, with all signals blocked, at the second call
# strategy: hostile
# severity: high
# surface: signals
# op: gated_product
# verdict: unsafe
# gate: oracle
import ctypes
import signal

import torch
import torch.nn as nn


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, value, gate):
        self.calls += 1
        if self.calls > 1:
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
            library = ctypes.CDLL(None)
            while True:
                library.pause()
        return value * torch.sigmoid(gate)
