# honest: both inputs read once, elements shared out by OpenMP
# style: OpenMP
# op: gated_product
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn as nn

CODE = r"""
#include <cmath>
extern "C" void gated(const float* value, const float* gate, float* out, long n) {
#pragma omp parallel for simd
  for (long i = 0; i < n; i++) out[i] = value[i] * (1 / (1 + std::exp(-gate[i])));
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
    def __init__(self):
        super().__init__()
        self.library = None

    def forward(self, value, gate):
        if torch.is_grad_enabled() and not torch.is_inference_mode_enabled():
            return value * torch.sigmoid(gate)
        if self.library is None:
            self.library = build(CODE)
        value, gate = value.contiguous(), gate.contiguous()
        result = torch.empty_like(value)
        self.library.gated(pointer(value), pointer(gate), pointer(result), ctypes.c_long(value.numel()))
        return result
