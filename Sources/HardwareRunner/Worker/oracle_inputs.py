"""Inputs to try an op on: distributions, neighbouring shapes, memory layouts."""
import math
from typing import Any, Callable, Dict, List, Sequence, Tuple

import torch

Tensor = torch.Tensor


def map_tensors(value: Any, function: Callable[[Tensor], Any]) -> Any:
    """`value` with every tensor in its lists and tuples replaced."""
    if isinstance(value, torch.Tensor):
        return function(value)
    if isinstance(value, (list, tuple)):
        items = [map_tensors(item, function) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def tensors_in(value: Any) -> List[Tensor]:
    found: List[Tensor] = []
    map_tensors(value, found.append)
    return found


# --- distributions ---------------------------------------------------------------------------------------------------


class Source:
    """The random numbers of one case."""

    # Fewer are drawn one by one.
    MANY = 1 << 16
    # A pool is longer than what is taken out of it by this.
    SPARE = 1 << 20

    def __init__(self, seed: int, pools: Dict[Any, Tensor]) -> None:
        """`pools` outlive the case: filled here, handed to the next."""
        self.generator = torch.Generator().manual_seed(seed & (2**63 - 1))
        self._pools = pools

    def normal(self, shape: Sequence[int], dtype: torch.dtype = torch.float32) -> Tensor:
        """Normally distributed numbers. One thread draws a hundred million a second at most, and sums of two normal
        numbers are normal: many are two pieces of a pool, begun at random places and turned by a random angle."""
        count = math.prod(shape)
        if count < self.MANY:
            return torch.randn(shape, generator=self.generator, dtype=dtype)
        first, second = self._pieces(count, dtype, torch.randn)
        angle = math.pi / 2 * float(torch.rand((), generator=self.generator))
        return (first * math.cos(angle)).add_(second, alpha=math.sin(angle)).view(shape)

    def uniform(self, shape: Sequence[int]) -> Tensor:
        """Numbers between 0 and 1, in the same way: what is left of sums of two behind the point."""
        count = math.prod(shape)
        if count < self.MANY:
            return torch.rand(shape, generator=self.generator)
        first, second = self._pieces(count, torch.float32, torch.rand)
        return (first + second).frac_().view(shape)

    def _pieces(self, count: int, dtype: torch.dtype, draw: Callable[..., Tensor]) -> Tuple[Tensor, Tensor]:
        needed, key = count + self.SPARE, (draw, dtype)
        pool = self._pools.get(key)
        if pool is None or pool.numel() < needed:
            # The same one everywhere, and the beginning of every longer one (they are drawn sixteen at a time): a
            # case's seed alone says what its inputs are.
            everywhere = torch.Generator().manual_seed(0)
            pool = self._pools[key] = draw(-(-needed // 16) * 16, generator=everywhere, dtype=dtype)
        half = self.SPARE // 2
        places = torch.randint(0, half, (2,), generator=self.generator).tolist()
        return pool[places[0] : places[0] + count], pool[half + places[1] : half + places[1] + count]


def _normal(like: Tensor, source: Source) -> Tensor:
    # Drawn in float32 because float16 has no fast generator on the CPU.
    return source.normal(like.shape, like.dtype if like.dtype == torch.float64 else torch.float32)


def _places(like: Tensor, source: Source, count: int = 3) -> Tensor:
    """A few random elements and the last one, which code for tails forgets."""
    chosen = torch.randint(0, like.numel(), (count,), generator=source.generator)
    return torch.cat([chosen, torch.tensor([like.numel() - 1])])


def _planted(values: Sequence[float], base: float = 1.0) -> Callable[[Tensor, Source], Tensor]:
    def draw(like: Tensor, source: Source) -> Tensor:
        result = _normal(like, source).mul_(base)
        places = _places(like, source)
        chosen = [values[i % len(values)] for i in range(len(places))]
        result.view(-1)[places] = torch.tensor(chosen, dtype=result.dtype)
        return result

    return draw


def _power(share: float) -> Callable[[Tensor, Source], Tensor]:
    """Normal numbers scaled by a share of the type's exponent range: 0.5 is 2**64 for float32."""

    def draw(like: Tensor, source: Source) -> Tensor:
        exponent = torch.log2(torch.tensor(torch.finfo(like.dtype).max, dtype=torch.float64)).item()
        return _normal(like, source).mul_(2.0 ** round(exponent * share))

    return draw


def _denormal(like: Tensor, source: Source) -> Tensor:
    return _normal(like, source).mul_(torch.finfo(like.dtype).tiny / 4)


def _heavy(like: Tensor, source: Source) -> Tensor:
    # Cauchy: the ratio of two normals has no variance. Cut at 1e4 so that float16 holds it.
    return _normal(like, source).div_(_normal(like, source)).clamp_(-1e4, 1e4)


def _zeros(like: Tensor, source: Source) -> Tensor:
    """0, -0, 1 and -1, about as often each: half of all normal numbers are larger than 0.674 in magnitude."""
    values = _normal(like, source)
    return values.sign().mul_(values.abs_() > 0.674)


def _rows(like: Tensor, source: Source) -> Tensor:
    if like.dim() == 0:
        return _normal(like, source)
    return _normal(like[..., :1], source).expand(like.shape).clone()


DISTRIBUTIONS: Dict[str, Callable[[Tensor, Source], Tensor]] = {
    "normal": _normal,
    "uniform": lambda like, source: source.uniform(like.shape).mul_(2).sub_(1),
    "shifted": lambda like, source: _normal(like, source) + 100.0,
    "heavy-tailed": _heavy,
    # A quarter of the exponent range can be squared without overflow; what overflows anyway is compared as infinite.
    "huge": _power(0.25),
    "tiny": _power(-0.25),
    "denormal": _denormal,
    "signed zeros": _zeros,
    "Inf": _planted([float("inf"), -float("inf")]),
    "NaN": _planted([float("nan")]),
    "spikes": _planted([1e4, -1e4], base=1e-2),
    "constant rows": _rows,
}


# The file's own inputs, and normal numbers, in every second row.
IN_TURN = "as given and normal"
# Of a tensor's own rows beside normal ones: what is much larger would hide errors that the others make in sums of both.
COMPARABLE = 8.0


def _in_turn(tensor: Tensor, source: Source) -> Tensor:
    if tensor.dim() == 0 or tensor.shape[0] < 2:
        raise ValueError("a tensor has no rows to take in turn")
    size = float(tensor.detach().double().square().mean().sqrt())
    if not 1 / COMPARABLE < size < COMPARABLE:
        raise ValueError("its own rows are not comparable to normal ones")
    mixed = tensor.clone()
    rows = mixed[1::2]
    rows.copy_(_normal(rows, source))
    return mixed


def distribute(arguments: Any, name: str, source: Source) -> Any:
    """Floating-point tensors drawn anew; integers stay as the file gave them, because only it knows their range."""
    if name == "as given":
        return arguments
    draw = _in_turn if name == IN_TURN else DISTRIBUTIONS[name]

    def one(tensor: Tensor) -> Tensor:
        if not tensor.is_floating_point() or tensor.numel() == 0:
            return tensor
        return draw(tensor, source).to(tensor.dtype)

    return map_tensors(arguments, one)


def change_one(arguments: Any, generator: torch.Generator) -> Any:
    """A single element of a single tensor replaced, by a value that can't be taken for rounding."""
    tensors = [t for t in tensors_in(arguments) if t.numel() and t.is_floating_point()]
    if not tensors:
        raise ValueError("no floating-point input has an element to change")
    chosen = tensors[int(torch.randint(0, len(tensors), (1,), generator=generator))]

    def one(tensor: Tensor) -> Tensor:
        if tensor is not chosen:
            return tensor
        tensor = tensor.contiguous().clone()
        place = int(torch.randint(0, tensor.numel(), (1,), generator=generator))
        flat = tensor.view(-1)
        value = float(flat[place])
        flat[place] = -2.0 * value + 1.0 if abs(value) < 1e4 else 0.5 * value
        return tensor

    return map_tensors(arguments, one)


# --- shapes ----------------------------------------------------------------------------------------------------------


def extents(arguments: Any) -> List[int]:
    """The different extents of the tensor arguments; equal ones change together, as one dimension of the op would."""
    return sorted({extent for tensor in tensors_in(arguments) for extent in tensor.shape})


def batch(arguments: Any) -> int:
    """The leading extent that all tensors share, or -1."""
    leading = {tensor.shape[0] for tensor in tensors_in(arguments) if tensor.dim() > 0}
    return leading.pop() if len(leading) == 1 else -1


def _resized(tensor: Tensor, axis: int, extent: int) -> Tensor:
    """The tensor cut, or continued by its own first elements, along one axis: its values stay in their domain."""
    current = tensor.shape[axis]
    if extent <= current:
        return tensor.narrow(axis, 0, extent)
    index = torch.arange(extent) % max(current, 1)
    return tensor.index_select(axis, index) if current else tensor


def resize_batch(arguments: Any, extent: int) -> Any:
    return map_tensors(arguments, lambda t: _resized(t, 0, extent).clone() if t.dim() > 0 else t)


def resize_extent(arguments: Any, old: int, new: int, skip_batch: bool) -> Any:
    def one(tensor: Tensor) -> Tensor:
        for axis in range(1 if skip_batch else 0, tensor.dim()):
            if tensor.shape[axis] == old:
                tensor = _resized(tensor, axis, new)
        return tensor.clone()

    return map_tensors(arguments, one)


# --- layouts ---------------------------------------------------------------------------------------------------------


def _transposed(tensor: Tensor) -> Tensor:
    return tensor.transpose(-1, -2).contiguous().transpose(-1, -2) if tensor.dim() > 1 else tensor


def _strided(tensor: Tensor) -> Tensor:
    if tensor.dim() == 0 or tensor.numel() == 0:
        return tensor
    wide = torch.full(tensor.shape[:-1] + (2 * tensor.shape[-1],), 77, dtype=torch.float32).to(tensor.dtype)
    wide[..., ::2] = tensor
    return wide[..., ::2]


def _expanded(tensor: Tensor) -> Tensor:
    return tensor[:1].clone().expand(tensor.shape) if tensor.dim() > 0 and tensor.shape[0] > 0 else tensor


def _channels_last(tensor: Tensor) -> Tensor:
    return tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else _transposed(tensor)


def _one_on(tensor: Tensor) -> Tensor:
    """The same, one element into its memory: as a slice of a longer tensor lies, on no boundary of vectors."""
    wide = torch.full((tensor.numel() + 1,), 77, dtype=torch.float32).to(tensor.dtype)
    return wide[1:].view(tensor.shape).copy_(tensor)


LAYOUTS: Dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": _transposed,
    "every second element": _strided,
    "expanded": _expanded,
    "channels last": _channels_last,
    "unaligned": _one_on,
}


def lay_out(arguments: Any, name: str) -> Any:
    if name == "shared":
        return share(arguments)
    return map_tensors(arguments, LAYOUTS[name])


def share(arguments: Any) -> Any:
    """Tensors of equal shape and type become one and the same memory."""
    first: Dict[Tuple[Any, ...], Tensor] = {}
    return map_tensors(arguments, lambda t: first.setdefault((t.dtype, tuple(t.shape)), t))
