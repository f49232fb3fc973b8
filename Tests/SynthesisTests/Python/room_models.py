"""An op with a result of more than 32 MB."""
import torch


def large(x: torch.Tensor) -> torch.Tensor:
    return torch.tanh(x) * 2.0 + 1.0


CASES = {"large": ([lambda: torch.randn(3, 3_000_000)], [])}
