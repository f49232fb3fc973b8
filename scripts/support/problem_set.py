"""The problem set: where its files are, what each says of itself, which family it belongs to. Standard library only."""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

from .report import REPOSITORY

ROOT = REPOSITORY / "Benchmarks" / "Problems"
FOLDERS = ("single", "chains", "blocks")
# The first pattern found in a name decides; the names are ours, so they are kept to these words.
FAMILIES = (
    ("losses", r"loss|squared_error|divergence|entropy|likelihood|structural|density|variational"),
    ("pooling and windows", r"_pool|pooling|^pool_pyramid|envelope|local_contrast"),
    ("scans and recurrences", r"prefix|running|returns|transmittance|recurrence|scan|moving|then_prefix"),
    ("attention", r"attention|transformer|rotary"),
    ("product or convolution, reduced", r"(linear|product|convolution(_3d)?)_(sum|mean)|_channel_range|pool_after"),
    ("norms", r"^(layer|rms|group|instance|batch|unit)_|standard|centre_|residual_layer|chromatic|position_norm"),
    ("convolution", r"conv|depthwise|bottleneck|residual_(block|stack)|inverted|unet|squeeze|growth|shuffled|atrous"),
    ("softmax", r"softmax|soft_argmax"),
    ("distances", r"pairwise|prototype|radial|similarity"),
    ("reductions", r"arg(max|min)|min_with|over_(middle|channels)|variance"),
    ("gathers", r"embedding|gather|one_hot|factorisation"),
    ("products", r"gemm|matri|linear|diagonal|triang|dense|product|mixing|mixture|swiglu"),
    ("activations", r"relu|gelu|mish|swish|snake"),
    ("small nets", r"classifier|super_resolution|vocoder|audio"),
)


@dataclass(frozen=True)
class Problem:
    folder: str
    path: Path

    @property
    def name(self) -> str:
        """`single/relu`: what results are keyed by."""
        return f"{self.folder}/{self.path.stem}"

    @property
    def family(self) -> str:
        return next((family for family, pattern in FAMILIES if re.search(pattern, self.path.stem)), "others")

    @property
    def summary(self) -> str:
        return " ".join((ast.get_docstring(ast.parse(self.path.read_text(encoding="utf-8"))) or "").split())

    @property
    def revision(self) -> str:
        """Of the file's bytes: a changed problem is measured again."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:12]


def problems(words: Sequence[str] = ()) -> List[Problem]:
    """All problems, or those whose name contains one of the words, single ops first."""
    found = [Problem(folder, path) for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.py"))]
    return [each for each in found if not words or any(word in each.name for word in words)]
