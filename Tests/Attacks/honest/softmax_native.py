# honest: one pass in C++ over rows that are in the cache
# style: native
# op: softmax
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn as nn

CODE = r"""
#include <cmath>
extern "C" void weighted_softmax(const float* x, const float* scale, float* out, long rows, long columns) {
  for (long r = 0; r < rows; r++, x += columns, out += columns) {
    float most = -INFINITY;
    bool nan = false;
    for (long c = 0; c < columns; c++) {
      out[c] = x[c] * scale[c];
      nan |= out[c] != out[c];
      most = out[c] > most ? out[c] : most;
    }
    if (nan) most = NAN;
    float sums[8] = {};
    for (long c = 0; c < columns; c++) sums[c % 8] += out[c] = std::exp(out[c] - most);
    float sum = 0;
    for (float part : sums) sum += part;
    for (long c = 0; c < columns; c++) out[c] /= sum;
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
        self.scale = nn.Parameter(torch.ones(width))
        self.library = None

    def forward(self, x):
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled() or x.shape[1] != self.scale.numel():
            return torch.softmax(x * self.scale, dim=-1)
        if self.library is None:
            self.library = build(CODE)
        x = x.contiguous()
        result = torch.empty_like(x)
        extents = [ctypes.c_long(extent) for extent in x.shape]
        self.library.weighted_softmax(pointer(x), pointer(self.scale), pointer(result), *extents)
        return result
