# honest: one pass with sixteen partial sums in C++
# style: native
# op: squared_error
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn as nn

CODE = r"""
extern "C" void loss(const float* a, const float* b, float* out, long n) {
  double total = 0;
  for (long start = 0; start < n; start += 1024) {
    const long end = start + 1024 < n ? start + 1024 : n;
    float lanes[16] = {};
    for (long i = start; i < end; i++) {
      const float d = a[i] - b[i];
      lanes[i % 16] += d * d;
    }
    for (float lane : lanes) total += lane;
  }
  *out = float(total / n);
}
"""


def build(code, *flags):
    """Compiled on first use into the scratch folder."""
    stem = os.path.join(tempfile.mkdtemp(), "kernel")
    with open(stem + ".cpp", "w") as file:
        file.write(code)
    compiler = os.environ.get("CXX", "c++")
    command = [compiler, "-O3", "-march=native", *flags, "-shared", "-fPIC", stem + ".cpp", "-o", stem + ".so"]
    subprocess.run(command, check=True, capture_output=True)
    return ctypes.CDLL(stem + ".so")


def pointer(tensor):
    return ctypes.c_void_p(tensor.data_ptr())


class ModelNew(nn.Module):
    def __init__(self):
        super().__init__()
        self.library = None

    def forward(self, prediction, target):
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            return torch.mean((prediction - target) ** 2)
        if self.library is None:
            self.library = build(CODE)
        prediction, target = prediction.contiguous(), target.contiguous()
        result = torch.empty(())
        self.library.loss(pointer(prediction), pointer(target), pointer(result), ctypes.c_long(prediction.numel()))
        return result
