"""JSON-RPC messages in `Content-Length` frames (LSP 3.17, "Base Protocol")."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator

Message = Dict[str, Any]


def encode(message: Message) -> bytes:
    """One message as the bytes that go on the wire."""
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class FrameReader:
    """Turns the bytes of a pipe, in whatever pieces they arrive, into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Adds `data` and yields every message that is now complete."""
        self._bytes += data
        while True:
            head, separator, _ = self._bytes.partition(b"\r\n\r\n")
            if not separator:
                return
            length = _content_length(bytes(head))
            start = len(head) + len(separator)
            if len(self._bytes) < start + length:
                return
            body = bytes(self._bytes[start : start + length])
            del self._bytes[: start + length]
            yield json.loads(body)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise ValueError(f"the server wrote something that is not an LSP header: {head[:80]!r}")
