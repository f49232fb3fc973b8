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
    ("losses", r"loss|error|divergence|entropy|likelihood|similarity$"),
    ("scans and recurrences", r"prefix|running|returns|transmittance|recurrence|scan|moving|difference"),
    ("attention", r"attention|transformer|causal_softmax|rotary"),
    ("product or convolution, then reduced", r"(linear|product|convolution\w*)_(sum|mean|channel|expected)|_linear_sum|3d_mean"),
    ("pooling and windows", r"pool|envelope|local_contrast|upsampling"),
    ("convolution", r"conv|depthwise|bottleneck|residual|unet|squeeze|dense|shuffled|atrous|classifier|super|vocoder|stem"),
    ("norms", r"norm|standard|centre|unit_length|chromatic"),
    ("softmax", r"softmax|soft_argmax"),
    ("distances", r"pairwise|prototype|radial|cosine"),
    ("reductions", r"arg(max|min)|max_over|min_with|over_(middle|channels)|variance|count|columns$|rows_float64"),
    ("gathers", r"embedding|gather|select|one_hot|factorisation|graph"),
    ("products", r"gemm|matri|linear|diagonal|triang|product|mixing|mixture|swiglu|variational"),
    ("activations", r"relu|gelu|mish|swish|softsign|selu|snake|residual"),
    ("audio", r"audio"),
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
