"""Length-framed JSON: four bytes, big-endian, then that many bytes of one UTF-8 JSON object."""

import json
import os
from typing import Any, Dict, Optional

# Longer frames are not ours: tensors travel through shared memory, only names and sizes go over the pipe.
LIMIT = 64 << 20


def _read_exactly(descriptor: int, count: int) -> Optional[bytes]:
    parts = []
    while count:
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def read_frame(descriptor: int) -> Optional[Dict[str, Any]]:
    """The next frame, or None when the other side has closed the pipe."""
    head = _read_exactly(descriptor, 4)
    if head is None:
        return None
    length = int.from_bytes(head, "big")
    if length > LIMIT:
        raise ValueError("frame of %d bytes" % length)
    body = _read_exactly(descriptor, length)
    return None if body is None else json.loads(body)


def encode(message: Dict[str, Any]) -> bytes:
    # NaN and infinity are no JSON: whoever sends such figures sends them as strings.
    body = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
    return len(body).to_bytes(4, "big") + body


def write_frame(descriptor: int, message: Dict[str, Any]) -> None:
    write_bytes(descriptor, encode(message))


def write_bytes(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
