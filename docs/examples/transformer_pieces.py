"""Pieces of a transformer, each an op of its own: point at one and optimize it.

The comments above three of them say on which inputs to try them. The fourth has none yet: its code action
"Insert example inputs" writes one.
"""

import torch
from torch import nn


# kernelwright: x=f32[2048,2048] weight=f32[2048]
def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """Root-mean-square normalisation over the last dimension."""
    scale = torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + eps)
    return x * scale * weight


# kernelwright: gate=f32[2048,2048] up=f32[2048,2048]
def gated_gelu(gate: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """The gate of a feed-forward layer, with GELU's tanh form written out as papers do."""
    inner = 0.7978845608028654 * (gate + 0.044715 * gate**3)
    return 0.5 * gate * (1.0 + torch.tanh(inner)) * up


# kernelwright: logits=f32[128,32000]
class TokenEntropy(nn.Module):
    """How sure a language model is of each next token, in nats."""

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        log_probabilities = torch.log_softmax(logits / 0.7, dim=-1)
        return -(log_probabilities.exp() * log_probabilities).sum(dim=-1)


def rotate(x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    """Rotary position embedding on the two halves of the last dimension."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)
