# honest: four rows side by side in C++
# style: native
# op: cumulative_sum
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn as nn

CODE = r"""
extern "C" void running_sum(const float* x, const float* gain, float* out, long rows, long columns) {
  for (long r = 0; r < rows; r += 4) {
    const long count = rows - r < 4 ? rows - r : 4;
    double sums[4] = {};
    for (long c = 0; c < columns; c++)
      for (long k = 0; k < count; k++)
        out[(r + k) * columns + c] = float(sums[k] += x[(r + k) * columns + c] * gain[c]);
  }
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
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))
        self.library = None

    def forward(self, x):
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            return torch.cumsum(x * self.gain, dim=1)
        if x.shape[1] != self.gain.numel():  # the op would broadcast
            return torch.cumsum(x * self.gain, dim=1)
        if self.library is None:
            self.library = build(CODE)
        x = x.contiguous()
        result = torch.empty_like(x)
        self.library.running_sum(
            pointer(x), pointer(self.gain), pointer(result), ctypes.c_long(x.shape[0]), ctypes.c_long(x.shape[1]))
        return result
