# honest: Welford's running mean and variance in C++
# style: Welford
# op: layer_norm
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn as nn

CODE = r"""
#include <cmath>
extern "C" void normalise(
    const float* x, const float* weight, const float* bias, double eps, float* out, long rows, long columns) {
  for (long r = 0; r < rows; r++, x += columns, out += columns) {
    double mean = 0, spread = 0;
    for (long c = 0; c < columns; c++) {
      const double distance = x[c] - mean;
      mean += distance / (c + 1);
      spread += distance * (x[c] - mean);
    }
    const double factor = 1 / std::sqrt(spread / columns + eps);
    for (long c = 0; c < columns; c++) out[c] = float((x[c] - mean) * factor) * weight[c] + bias[c];
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
        self.norm = nn.LayerNorm(width)
        self.library = None

    def forward(self, x):
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            return self.norm(x)
        if self.library is None:
            self.library = build(CODE)
        x = x.contiguous()
        result = torch.empty_like(x)
        parameters = pointer(self.norm.weight), pointer(self.norm.bias), ctypes.c_double(self.norm.eps)
        extents = [ctypes.c_long(extent) for extent in x.shape]
        self.library.normalise(pointer(x), *parameters, pointer(result), *extents)
        return result
