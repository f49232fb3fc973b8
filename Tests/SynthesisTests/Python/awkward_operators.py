"""Operators of somebody's own, some of which share their names with PyTorch's and do something else."""
from typing import List

import torch

LIBRARY = torch.library.Library("kernelwright_awkward", "DEF")
LIBRARY.define("add(Tensor x, Tensor y) -> Tensor")
LIBRARY.define("linear(Tensor x, Tensor y) -> Tensor")
LIBRARY.define("parts(Tensor x) -> Tensor[]")
LIBRARY.define("note(Tensor x) -> ()")
# What `note` was called with: a side effect that nobody's result depends on.
NOTED: List[float] = []

LIBRARY.impl("add", lambda x, y: x - y, "CPU")
LIBRARY.impl("linear", lambda x, y: x * 3 + y, "CPU")
LIBRARY.impl("parts", lambda x: [x * 2], "CPU")
LIBRARY.impl("note", lambda x: NOTED.append(float(x.sum())), "CPU")
LIBRARY.impl("add", lambda x, y: torch.empty_like(x), "Meta")
LIBRARY.impl("linear", lambda x, y: torch.empty_like(x), "Meta")
LIBRARY.impl("parts", lambda x: [torch.empty_like(x)], "Meta")
LIBRARY.impl("note", lambda x: None, "Meta")
