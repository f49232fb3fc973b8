# honest: rows shared out by OpenMP, two passes a row in double
# style: OpenMP
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
#pragma omp parallel for
  for (long r = 0; r < rows; r++) {
    const float* from = x + r * columns;
    float* to = out + r * columns;
    double sum = 0, squares = 0;
    for (long c = 0; c < columns; c++) sum += from[c];
    const double mean = sum / columns;
    for (long c = 0; c < columns; c++) squares += (from[c] - mean) * (from[c] - mean);
    const double factor = 1 / std::sqrt(squares / columns + eps);
    for (long c = 0; c < columns; c++) to[c] = float((from[c] - mean) * factor) * weight[c] + bias[c];
  }
}
"""


def build(code):
    """Compiled on first use, and linked with the OpenMP runtime that PyTorch has loaded already."""
    stem = os.path.join(tempfile.mkdtemp(), "kernel")
    with open(stem + ".cpp", "w") as file:
        file.write(code)
    with open("/proc/self/maps") as maps:
        runtimes = {line.split()[-1] for line in maps if "omp" in os.path.basename(line.split()[-1])}
    compiler = os.environ.get("CXX", "c++")
    flags = ["-O3", "-march=native", "-fopenmp", "-fPIC"]
    subprocess.run([compiler, *flags, "-c", stem + ".cpp", "-o", stem + ".o"], check=True, capture_output=True)
    link = [compiler, "-shared", stem + ".o", *sorted(runtimes)[:1], "-o", stem + ".so"]
    subprocess.run(link, check=True, capture_output=True)
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
