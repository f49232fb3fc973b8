"""The reference in float64, and the error that it makes itself in the working precision (docs/verification.md)."""
import math
from typing import Any, Callable, Dict, Optional

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

UPGRADES = {
    torch.float32: torch.float64,
    torch.float16: torch.float64,
    torch.bfloat16: torch.float64,
    torch.complex64: torch.complex128,
}
ROUNDOFF = {torch.float64: 2.0**-53, torch.float32: 2.0**-24, torch.float16: 2.0**-11, torch.bfloat16: 2.0**-8}


def _gelu(x: torch.Tensor, *, approximate: str = "none") -> torch.Tensor:
    """PyTorch takes 1 + erf(x/√2), of which nothing is left below -8.3; the complement keeps every digit there."""
    if approximate != "none":
        return torch.ops.aten.gelu.default(x, approximate=approximate)
    return torch.special.erfc(x * -math.sqrt(0.5)).mul_(x).mul_(0.5)


# Operations whose float64 results PyTorch does not give to float64's precision.
ACCURATE: Dict[Any, Callable[..., torch.Tensor]] = {torch.ops.aten.gelu.default: _gelu}


class Float64(TorchDispatchMode):
    """Runs every operation in float64, explicit casts and factories inside the op included.

    `coarsest` is the largest unit round-off among the types that the op asked for itself, so that the caller can tell
    an op that rounds on purpose from one that computes something else in float64.
    """

    def __init__(self) -> None:
        super().__init__()
        self.coarsest = 0.0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        schema = func._schema
        if schema.is_mutable:
            for value, argument in zip(args, schema.arguments):
                written = argument.alias_info is not None and argument.alias_info.is_write
                if written and isinstance(value, torch.Tensor) and value.dtype in UPGRADES:
                    raise TypeError(f"writes into a {value.dtype} tensor that was made outside of the op")
        args, kwargs = tree_map(self._upgrade, (args, kwargs or {}))
        return ACCURATE.get(func, func)(*args, **kwargs)

    def _upgrade(self, value: Any) -> Any:
        if isinstance(value, torch.dtype) and value in UPGRADES:
            self.coarsest = max(self.coarsest, ROUNDOFF.get(value, 0.0))
            return UPGRADES[value]
        if isinstance(value, torch.Tensor) and value.dtype in UPGRADES:
            return value.to(UPGRADES[value.dtype])
        return value

    def __enter__(self) -> "Float64":
        self._default = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        return super().__enter__()

    def __exit__(self, *exception: Any) -> None:
        torch.set_default_dtype(self._default)
        super().__exit__(*exception)


class Noise:
    """Moves floating-point numbers by a rounding error: each stays, or goes one ulp up or down, with equal chance.

    A product with 1 - u, 1 or 1 + 2u, which changes a number relatively by 2u at most. Zeros, infinities and NaN stay
    what they are: a zero carries no rounding error.
    """

    def __init__(self, seed: int, pools: Dict[torch.dtype, torch.Tensor]) -> None:
        """`pools` outlive one set of inputs: filled here, handed to the next."""
        self._generator = torch.Generator().manual_seed(seed & (2**63 - 1))
        self._pools = pools

    def _draw(self, count: int, dtype: torch.dtype) -> torch.Tensor:
        """Drawing is dear, so one pool is drawn and read from a random place each time."""
        pool = self._pools.get(dtype)
        if pool is None or pool.numel() < count + 4096:
            u = ROUNDOFF[dtype]
            factors = torch.tensor([1 - u, 1, 1 + 2 * u], dtype=torch.float64).to(dtype)
            pool = factors[torch.randint(0, 3, (count + 8192,), generator=self._generator)]
            self._pools[dtype] = pool
        start = int(torch.randint(0, pool.numel() - count, (1,), generator=self._generator))
        return pool[start : start + count]

    def __call__(self, tensor: torch.Tensor) -> torch.Tensor:
        tensor = tensor.detach()
        if tensor.dtype not in ROUNDOFF or tensor.numel() == 0:
            return tensor.clone()
        return tensor * self._factors(tensor)

    def move(self, tensor: torch.Tensor) -> None:
        """The same in place, for what nobody else holds: memory that was just written is quick to reach."""
        if tensor.dtype in ROUNDOFF and tensor.numel():
            tensor.detach().mul_(self._factors(tensor))

    def _factors(self, tensor: torch.Tensor) -> torch.Tensor:
        factors = self._draw(tensor.numel(), tensor.dtype)
        if _fills_memory(tensor):  # in the order in which the numbers lie, which for a transposed tensor is not theirs
            return factors.as_strided(tensor.shape, tensor.stride(), factors.storage_offset())
        return factors.view(tensor.shape)


def _fills_memory(tensor: torch.Tensor) -> bool:
    """Whether the elements lie one behind the other without gaps, in the order of some permutation of the axes."""
    due = 1
    for stride, extent in sorted(zip(tensor.stride(), tensor.shape)):
        if extent != 1 and stride != due:
            return False
        due *= extent
    return True


# Operations that choose, move or make numbers and round nothing. A result of theirs that was moved would no longer
# equal the number that it was taken from, and comparisons inside the op would come out otherwise for no good reason.
EXACT = set(
    """
    abs adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d alias amax amin arange argmax argmin as_strided
    bernoulli bucketize cat ceil clamp clamp_max clamp_min clone constant_pad_nd copy cummax cummin detach diag
    diag_embed dropout embedding empty empty_like empty_strided expand eye fill flip floor full full_like gather
    hardtanh im2col index index_copy index_fill index_put index_select isin kthvalue lift_fresh masked_fill
    masked_scatter masked_select max max_pool2d_with_indices max_pool3d_with_indices maximum median min minimum mode
    nan_to_num nanmedian native_dropout neg new_empty new_empty_strided new_full new_ones new_zeros normal ones
    ones_like permute pixel_shuffle pixel_unshuffle rand rand_like randint randn randn_like randperm reflection_pad1d
    reflection_pad2d reflection_pad3d relu repeat repeat_interleave replication_pad1d replication_pad2d
    replication_pad3d resize roll round scalar_tensor scatter searchsorted select_scatter sign slice_scatter sort
    split_with_sizes_copy stack take tile topk triu tril trunc unfold uniform unique_dim _unique2 where zero zeros
    zeros_like _local_scalar_dense _reshape_alias _to_copy _unsafe_view threshold threshold_backward
    max_pool2d_with_indices_backward max_pool3d_with_indices_backward embedding_dense_backward
    """.split()
)


class Stochastic(TorchDispatchMode):
    """The working precision with every rounding made at random: Monte Carlo arithmetic at the level of PyTorch's
    operations (Parker, "Monte Carlo arithmetic", 1997; Vignes, "A stochastic arithmetic for reliable scientific
    computation", 1993). Without it an element whose roundings happen to cancel would seem to have no error at all.
    """

    def __init__(self, noise: Noise) -> None:
        super().__init__()
        self._noise = noise

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        schema = func._schema
        name = schema.name.partition("::")[2]
        if name.rstrip("_") in EXACT:
            return result
        if schema.is_mutable:
            for value, argument in zip(args, schema.arguments):
                written = argument.alias_info is not None and argument.alias_info.is_write
                if written and isinstance(value, torch.Tensor):
                    self._noise.move(value)
            return result
        if any(value.alias_info is not None for value in schema.returns):
            return result  # a view: nothing was computed
        return tree_map(self._move, result)

    def _move(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            self._noise.move(value)
        return value


class ErrorScale:
    """E of one output, element by element: the distance of the working precision from float64, and on top of it the
    largest distance of any perturbed run from the unperturbed one."""

    def __init__(self, exact: torch.Tensor, working: torch.Tensor) -> None:
        self.exact = exact
        self.shape = exact.shape
        self._own = _finite(torch.sub(working, exact).abs_())
        # Differences of neighbours are exact in the working precision; half precision would lose what is small.
        wide = torch.float64 if working.dtype == torch.float64 else torch.float32
        self._base = working.detach().to(wide, copy=True)
        self._spread: Optional[torch.Tensor] = None
        self.classes: Optional[torch.Tensor] = None
        if not _all_finite(working):
            self._note_classes(working)

    @property
    def scale(self) -> torch.Tensor:
        return self._own if self._spread is None else self._own + self._spread

    def write(self, target: torch.Tensor) -> None:
        """The scale, straight to where it goes."""
        if self._spread is None:
            target.copy_(self._own)
        else:
            torch.add(self._own, self._spread, out=target)

    def add(self, output: torch.Tensor) -> None:
        distance = torch.sub(output.to(self._base.dtype), self._base).abs_()
        total = float(distance.sum())
        if total != total or total == float("inf"):
            distance = _finite(distance)
            self._note_classes(output)
        if self._spread is None:
            self._spread = distance
        else:
            torch.maximum(self._spread, distance, out=self._spread)

    def _note_classes(self, output: torch.Tensor) -> None:
        """Bits as in Swift's `ValueClass`: finite 1, +Inf 2, -Inf 4, NaN 8."""
        if self.classes is None:
            self.classes = torch.zeros(self.exact.shape, dtype=torch.uint8)
        finite = output.isfinite()
        self.classes |= finite.view(torch.uint8)
        # Most often a few rows are special: the rest is not looked at once more.
        places = (~finite).reshape(-1).nonzero().view(-1)
        special = output.reshape(-1)[places]
        codes = torch.where(special.isnan(), 8, torch.where(special > 0, 2, 4)).to(torch.uint8)
        flat = self.classes.view(-1)
        flat[places] = flat[places] | codes


def _all_finite(tensor: torch.Tensor) -> bool:
    """By the sum at first, which one NaN or infinity spoils and which takes a tenth of the time."""
    total = float(tensor.sum())
    return total - total == 0 or bool(torch.isfinite(tensor).all())


def _finite(distance: torch.Tensor) -> torch.Tensor:
    """Where a run was not finite, it has no say about the size of errors."""
    return torch.nan_to_num_(distance, nan=0.0, posinf=0.0, neginf=0.0)
