"""Tensors over the arena, the memory shared with the trusted side.

A layout is `{"dtype", "shape", "strides", "offset"}`: strides in elements, offset in bytes of element [0, …, 0].
"""

import ast
import ctypes
import mmap
from typing import Any, Callable, Dict, List, Tuple

import torch

DTYPES = {
    name: getattr(torch, name)
    for name in (
        "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool".split()
    )
}
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
ALIGNMENT = 64  # what PyTorch's own CPU allocator gives
CONTROL = 4096  # the control page; tensors lie behind it
MADV_POPULATE_WRITE = 23

Layout = Dict[str, Any]


def tensors_in(value: Any) -> List[torch.Tensor]:
    """Of lists, tuples and dicts, however deep."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors_in(item)]
    return []


def dtype_name(dtype: torch.dtype) -> str:
    name = DTYPE_NAMES.get(dtype)
    if name is None:
        raise TypeError("tensors of type %s are not supported" % dtype)
    return name


def extent(layout: Layout) -> int:
    """Bytes from the first element to the end of the last."""
    if 0 in layout["shape"]:
        return 0
    last = sum((n - 1) * s for n, s in zip(layout["shape"], layout["strides"]))
    return (last + 1) * DTYPES[layout["dtype"]].itemsize


def layout_of(tensor: torch.Tensor, offset: int = 0) -> Layout:
    return {
        "dtype": dtype_name(tensor.dtype),
        "shape": list(tensor.shape),
        "strides": list(tensor.stride()),
        "offset": offset,
    }


class Arena:
    """The shared memory: `view` builds tensors over it, `put` writes tensors into it from `cursor` on."""

    def __init__(self, descriptor: int, size: int) -> None:
        self.size = size
        self.memory = mmap.mmap(descriptor, size)
        self.base = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.words = memoryview(self.memory).cast("Q")
        self.cursor = CONTROL

    def populate(self, offset: int, count: int) -> None:
        """Has the pages mapped, so that no page fault of the arena's falls into a timed call."""
        start = offset - offset % mmap.PAGESIZE
        count += offset - start
        if count <= 0:
            return
        try:
            self.memory.madvise(MADV_POPULATE_WRITE, start, count)
        except (OSError, ValueError, AttributeError):  # Linux before 5.14, macOS
            bytes(memoryview(self.memory)[start : start + count : mmap.PAGESIZE])

    def view(self, layout: Layout) -> torch.Tensor:
        """A tensor that *is* this part of the arena."""
        dtype, size = DTYPES[layout["dtype"]], extent(layout)
        if size == 0:
            return torch.empty(0, dtype=dtype).as_strided(
                layout["shape"], layout["strides"]
            )
        if layout["offset"] < CONTROL or layout["offset"] + size > self.size:
            raise ValueError("a tensor outside the arena")
        flat = torch.frombuffer(
            self.memory,
            dtype=dtype,
            count=size // dtype.itemsize,
            offset=layout["offset"],
        )
        return flat.as_strided(layout["shape"], layout["strides"])

    def reserve(self, count: int) -> int:
        """Offset of `count` unused bytes."""
        offset = -(-self.cursor // ALIGNMENT) * ALIGNMENT
        if offset + count > self.size:
            raise MemoryError(
                "%d bytes don't fit into an arena of %d" % (offset + count, self.size)
            )
        self.cursor = offset + count
        return offset

    def room(self, shape: Any, dtype: torch.dtype) -> Layout:
        """A contiguous tensor's layout over unused bytes."""
        layout = layout_of(torch.empty(shape, dtype=dtype, device="meta"))
        layout["offset"] = self.reserve(extent(layout))
        return layout

    def put(self, tensor: torch.Tensor) -> Layout:
        """Copies a tensor to the cursor, with its strides (gaps hold whatever was there); returns its layout.

        Tensors that share memory don't any more: see `put_all`.
        """
        return self.put_all([tensor])[0]

    def put_all(self, tensors: List[torch.Tensor]) -> List[Layout]:
        """As `put`, but tensors over one storage keep sharing it."""
        places: Dict[int, Tuple[int, int]] = {}
        spans: Dict[int, Tuple[int, int]] = {}
        tensors = [tensor.detach() for tensor in tensors]
        for tensor in tensors:  # per storage, the bytes that any of them reaches
            low = tensor.storage_offset() * tensor.element_size()
            high, key = low + extent(layout_of(tensor)), _storage_key(tensor)
            before = spans.get(key, (low, high))
            spans[key] = (min(low, before[0]), max(high, before[1]))
        layouts = []
        for tensor in tensors:
            key = _storage_key(tensor)
            low, high = spans[key]
            if key not in places:
                # What does not begin on a boundary does not begin on one in the arena either.
                shift = low % ALIGNMENT
                places[key] = (self.reserve(high - low + shift) + shift, low)
            start, first = places[key]
            offset = start + tensor.storage_offset() * tensor.element_size() - first
            layout = layout_of(tensor, offset)
            if tensor.numel():
                target = self.view(layout)
                if any(
                    s == 0 and n > 1 for s, n in zip(tensor.stride(), tensor.shape)
                ):  # an expanded axis is written once
                    index = tuple(
                        slice(0, 1) if s == 0 else slice(None) for s in tensor.stride()
                    )
                    target[index].copy_(tensor[index])
                else:
                    target.copy_(tensor)
            layouts.append(layout)
        return layouts

    def encode(self, values: List[Any]) -> List[Any]:
        """Arguments as the protocol has them, their tensors put into the arena (sharing kept)."""
        tensors: List[torch.Tensor] = []
        _walk(values, tensors.append)
        layouts = iter(self.put_all([tensor.cpu() for tensor in tensors]))
        return [_encode(value, layouts) for value in values]

    def decode(self, values: List[Any]) -> List[Any]:
        """The arguments that `encode` describes; tensors are views of the arena."""
        return [self._decode(value) for value in values]

    def _decode(self, value: Any) -> Any:
        if "tensor" in value:
            return self.view(value["tensor"])
        if "list" in value:
            return [self._decode(item) for item in value["list"]]
        if "tuple" in value:
            return tuple(self._decode(item) for item in value["tuple"])
        return ast.literal_eval(value["literal"])


def _storage_key(tensor: torch.Tensor) -> int:
    # An empty storage has no address of its own: such tensors share nothing.
    return tensor.untyped_storage().data_ptr() or id(tensor)


def _walk(value: Any, visit: Callable[[torch.Tensor], None]) -> None:
    if isinstance(value, torch.Tensor):
        visit(value)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _walk(item, visit)


def _encode(value: Any, layouts: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return {"tensor": next(layouts)}
    if isinstance(value, list):
        return {"list": [_encode(item, layouts) for item in value]}
    if isinstance(value, tuple):
        return {"tuple": [_encode(item, layouts) for item in value]}
    text = repr(value)
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        raise TypeError(
            "an argument of type %s can be carried neither as a tensor nor as a literal"
            % type(value).__name__
        ) from None
    return {"literal": text}
