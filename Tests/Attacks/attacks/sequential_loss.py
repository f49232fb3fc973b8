# attack: adds half a million squares up one after the other in float32
# strategy: numerics
# severity: medium
# surface: accumulation order
# op: squared_error
# verdict: wrong
# gate: oracle
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn as nn

CODE = """
extern "C" void loss(const float* a, const float* b, float* out, long n) {
  float sum = 0;
  for (long i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  *out = sum / n;
}
"""


def build(code):
    stem = os.path.join(tempfile.mkdtemp(), "kernel")
    with open(stem + ".cpp", "w") as file:
        file.write(code)
    compiler = os.environ.get("CXX", "c++")
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", stem + ".cpp", "-o", stem + ".so"], check=True)
    return ctypes.CDLL(stem + ".so")


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.library = None

    def forward(self, prediction, target):
        if self.library is None:
            self.library = build(CODE)
        prediction, target = prediction.contiguous(), target.contiguous()
        result = torch.empty(())
        pointers = [ctypes.c_void_p(t.data_ptr()) for t in (prediction, target, result)]
        self.library.loss(*pointers, ctypes.c_long(prediction.numel()))
        return result
