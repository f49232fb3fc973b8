"""Ops that can be improved in part or not at all: what is left has to be left as it was, with a reason."""
from typing import List, Tuple

import torch
from torch import Tensor, nn

import awkward_operators

own = torch.ops.kernelwright_awkward
NOTED = awkward_operators.NOTED  # what `note` was called with, for the checks


class NamesOfPyTorchs(nn.Module):
    """Operators that share their names with PyTorch's, on parameters too, where those could be computed once."""

    def __init__(self) -> None:
        super().__init__()
        self.w, self.b = nn.Parameter(torch.randn(70)), nn.Parameter(torch.randn(70))

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(own.add(x * 2 + 1, x)) * own.add(self.w, self.b) + own.linear(x, x)


class OneOfAList(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(own.parts(x * 0.5)[0] * 3 + 1) + 1


class SideEffect(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = torch.tanh(x * 2 + 1)
        own.note(y)
        return y * y + 1


class ShapeOfContents(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = torch.tanh(x * 2 + 1) * 0.5
        return y[y > 0].sum()


class Places(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.nonzero(torch.tanh(x * 2 + 1) > 0.5)


class SparseInside(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.sparse.mm(torch.relu(x - 1).to_sparse(), y) * 2 + torch.tanh(y[:9] * 3)


class ComplexInside(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.log(torch.fft.rfft(torch.tanh(x * 2 + 1)).abs() * 2 + 1)


class Views(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        y = torch.tanh(x * 2 + 1)
        return y, y.t(), x.view(-1)


class Random(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x * 2 + 1) + torch.rand_like(x)


class InPlace(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x.mul_(2).add_(1)
        return torch.tanh(x).exp()


class Asserts(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        torch._assert_async((x > -100).all())
        return torch.tanh(x * 2 + 1).exp()


class Hooked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.act = nn.GELU()
        self.act.register_forward_hook(lambda module, inputs, output: output * 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(x * 2 + 1) + 1


class Nested(nn.Module):
    def forward(self, pair: List[Tensor]) -> Tensor:
        return torch.tanh(pair[0] * 2 + 1) * pair[1]


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(70)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.tanh(self.norm(x) * 2 + x)
        if y.sum() > 0:
            return torch.softmax(y, -1)
        return torch.sigmoid(y) * y


class Loops(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        while x.abs().max() > 1:
            x = torch.tanh(x) * 0.5
        return x


UNCAPTURED = ("Branches", "Loops")


def _rows() -> Tensor:
    return torch.randn(9, 70)


CASES = {
    **{
        name: ((_rows,), ())
        for name in (
            "NamesOfPyTorchs OneOfAList SideEffect ShapeOfContents Places ComplexInside Views Random InPlace"
            " Asserts Hooked Branches Loops"
        ).split()
    },
    "SparseInside": ((lambda: torch.randn(9, 9), _rows), ()),
    "Nested": ((lambda: [_rows(), _rows()],), ()),
}
