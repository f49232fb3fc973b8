"""Bytes that an ATen call has to move and operations that it has to do, as far as its name and shapes tell."""

from math import prod
from typing import Any, Dict, List, NamedTuple, Tuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from .tensors import tensors_in


class Count(NamedTuple):
    kind: str  # matmul, convolution, attention, pooling, reduction, pointwise, copy, view, other
    bytes: int  # read + written, each tensor once
    flops: int  # a multiply-add counts two
    counted: bool  # whether `flops` means anything
    largest: int  # bytes of the largest tensor that takes part
    dtype: str  # of the result


MATMUL = set("mm addmm bmm baddbmm matmul linear einsum mv addmv dot vdot tensordot bilinear".split())
CONVOLUTION = set(
    "convolution _convolution conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d".split()
)
ATTENTION = set(
    "scaled_dot_product_attention _scaled_dot_product_flash_attention_for_cpu"
    " _scaled_dot_product_flash_attention _scaled_dot_product_efficient_attention".split()
)
# Operations an element of the *input*: a reduction does one; a softmax subtracts the maximum, takes the exponential,
# adds
# and divides; a normalisation takes two moments, subtracts, multiplies and applies scale and shift.
REDUCTION = dict.fromkeys(
    "sum mean amax amin max min aminmax prod all any argmax argmin norm linalg_vector_norm cumsum cumprod"
    " nansum logcumsumexp count_nonzero median topk sort".split(),
    1,
)
REDUCTION.update(dict.fromkeys("var std var_mean std_mean".split(), 3))
REDUCTION.update(
    dict.fromkeys("softmax _softmax log_softmax _log_softmax _safe_softmax logsumexp".split(), 5)
)
REDUCTION.update(
    dict.fromkeys(
        "layer_norm native_layer_norm group_norm native_group_norm rms_norm _fused_rms_norm"
        " instance_norm".split(),
        8,
    )
)
# In eval() a batch normalisation is one multiply-add an element.
POINTWISE = {"batch_norm": 2, "native_batch_norm": 2, "_native_batch_norm_legit_no_training": 2}
COPY = set(
    "clone copy_ copy _to_copy to contiguous cat concat stack index_select index gather embedding constant_pad_nd"
    " pad repeat roll flip tril triu masked_fill where zeros ones full zeros_like ones_like full_like arange"
    " fill_ zero_ scatter index_put_ reshape flatten im2col unfold _reshape_copy".split()
)
# Reads only the rows that it is asked for: as many bytes as it writes.
GATHERING = set("index_select index gather embedding take_along_dim".split())
ALLOCATION = set("scalar_tensor empty empty_like empty_strided new_empty new_empty_strided empty_permuted".split())


def count(func: Any, args: Any, kwargs: Dict[str, Any]) -> Tuple[Any, Count]:
    """Makes the call and counts it. A composite one is taken apart for its operations, not for its bytes: its parts may
    run as one."""
    name = str(func._overloadpacket).partition(".")[2]
    inputs = tensors_in((args, kwargs))
    parts = PartsRecorder()
    result: Any = NotImplemented
    if not _is_leaf(func, name):
        with parts:
            result = func.decompose(*args, **kwargs)
    leaf = result is NotImplemented
    if leaf:
        result = func(*args, **kwargs)
    outputs = tensors_in(result)
    moved = _bytes(func, name, inputs, outputs)
    largest = max([size_of(t) for t in inputs + outputs], default=0) if moved else 0
    dtype = str(outputs[0].dtype).partition(".")[2] if outputs else ""
    if moved == 0:
        return result, Count("view", 0, 0, True, 0, dtype)
    kind = _kind(func, name, parts.kinds)
    if leaf:
        flops, counted = _flops(func, name, kind, args, kwargs, inputs, outputs, result)
    else:
        flops, counted = parts.flops, parts.counted
    return result, Count(kind, moved, flops, counted, largest, dtype)


class PartsRecorder(TorchDispatchMode):
    """Adds up the operations of the calls that a composite one consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.flops = 0
        self.counted = True
        self.kinds: List[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result, part = count(func, args, kwargs or {})
        self.flops += part.flops
        self.counted = self.counted and part.counted
        self.kinds.append(part.kind)
        return result


def _is_leaf(func: Any, name: str) -> bool:
    # Attention taken apart under a dispatch mode becomes its textbook form; its operations are known without that.
    return func._overloadpacket in flop_registry or name in ATTENTION or name in REDUCTION or name in POINTWISE


def size_of(tensor: torch.Tensor) -> int:
    """Bytes of its distinct elements: an expanded axis counts once."""
    if tensor.layout is not torch.strided:
        return tensor.numel() * tensor.element_size()
    extents = [n for n, stride in zip(tensor.shape, tensor.stride()) if stride != 0 or n == 0]
    return prod(extents) * tensor.element_size()


def _storage(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr() if tensor.layout is torch.strided else 0


def _bytes(func: Any, name: str, inputs: List[torch.Tensor], outputs: List[torch.Tensor]) -> int:
    if name in ALLOCATION or torch.Tag.inplace_view in func.tags:
        return 0
    owned = {_storage(tensor) for tensor in inputs} - {0}
    fresh = [tensor for tensor in outputs if _storage(tensor) not in owned]
    changed = func._schema.is_mutable
    if not fresh and not changed:
        return 0  # a view
    written = outputs if changed else fresh
    if name in GATHERING:
        indices = [tensor for tensor in inputs[1:] if not tensor.is_floating_point()]
        return 2 * sum(map(size_of, written)) + sum(map(size_of, indices))
    read = inputs[1:] if name in ("copy_", "fill_", "zero_") else inputs
    return sum(size_of(t) for t in {id(t): t for t in read}.values()) + sum(map(size_of, written))


def _kind(func: Any, name: str, parts: List[str]) -> str:
    for kind, names in (
        ("matmul", MATMUL),
        ("convolution", CONVOLUTION),
        ("attention", ATTENTION),
        ("reduction", REDUCTION),
        ("pointwise", POINTWISE),
        ("copy", COPY),
    ):
        if name in names or (name.endswith("_") and name[:-1] in names):
            return kind
    if "pool" in name:
        return "pooling"
    for kind in ("attention", "convolution", "matmul", "reduction", "pointwise", "copy"):
        if kind in parts:
            return kind
    if torch.Tag.pointwise in func.tags:
        return "pointwise"
    return "other"


def _flops(
    func: Any, name: str, kind: str, args: Any, kwargs: Any, inputs: Any, outputs: Any, result: Any
) -> Tuple[int, bool]:
    """The operations of a call that is not taken apart, and whether they are known."""
    elements = sum(tensor.numel() for tensor in outputs)
    first = inputs[0].numel() if inputs else 0
    packet = func._overloadpacket
    if packet in flop_registry:
        try:
            return int(flop_registry[packet](*args, **kwargs, out_val=result)), True
        except (TypeError, ValueError, AssertionError):
            return 0, False
    if kind == "attention" and len(inputs) >= 3:
        query, key, value = inputs[:3]
        return 2 * prod(query.shape[:-1]) * key.shape[-2] * (query.shape[-1] + value.shape[-1]), True
    if name in ("mv", "dot", "vdot"):
        return 2 * first, True
    if name == "addmv":
        return 2 * inputs[1].numel(), True
    if kind == "pooling":
        window = args[1] if len(args) > 1 and "adaptive" not in name else None
        if window is None:
            return first, True  # every input element falls into one window
        axes = 3 if "3d" in name else 2 if "2d" in name else 1
        extent = prod(window) if isinstance(window, (list, tuple)) else window
        if isinstance(window, (list, tuple)) and len(window) == 1:
            extent = window[0] ** axes
        return outputs[0].numel() * int(extent), True
    if name.rstrip("_") in REDUCTION:
        return first * REDUCTION[name.rstrip("_")], True
    if name in POINTWISE:
        return first * POINTWISE[name], True
    if kind == "copy":
        return 0, True
    if kind == "pointwise":
        return elements, True
    return 0, False
