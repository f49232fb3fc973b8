"""A language client on the server's stdio: requests, notifications, and what the server asks in return."""

from __future__ import annotations

import os
import select
import subprocess
import time
from pathlib import Path
from typing import IO, Any, Callable, Dict, Mapping, Optional, Sequence

from .framing import FrameReader, Message, encode

METHOD_NOT_FOUND = -32601


class ServerError(Exception):
    """The server answered a request with an error, went away, or didn't answer in time."""


class Client:
    """Speaks to one server process. Single-threaded: messages are handled while something is waited for."""

    def __init__(
        self,
        command: Sequence[str],
        stderr: IO[bytes],
        cwd: Optional[Path] = None,
        environment: Optional[Mapping[str, str]] = None,
        record: Optional[Callable[[str, Message], None]] = None,
    ) -> None:
        self.notifications: Dict[str, Callable[[Any], None]] = {}
        self.requests: Dict[str, Callable[[Any], Any]] = {}
        self._record = record
        self._replies: Dict[int, Message] = {}
        self._next_id = 1
        self._reader = FrameReader()
        self.process = subprocess.Popen(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, cwd=cwd, env=environment
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self._input, self._output = self.process.stdin.fileno(), self.process.stdout.fileno()

    def request(self, method: str, params: Any = None, timeout: float = 30) -> Any:
        """Sends a request, handles what arrives meanwhile, and returns the result of the reply."""
        identifier = self.send(method, params)
        deadline = time.monotonic() + timeout
        while identifier not in self._replies:
            if not self.pump(deadline - time.monotonic()):
                raise ServerError(f"{method} was not answered within {timeout:g} s")
        reply = self._replies.pop(identifier)
        if "error" in reply:
            raise ServerError(f"{method}: {reply['error'].get('message')} ({reply['error'].get('code')})")
        return reply.get("result")

    def send(self, method: str, params: Any = None) -> int:
        """Sends a request without waiting for its reply."""
        identifier, self._next_id = self._next_id, self._next_id + 1
        self._write({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params})
        return identifier

    def notify(self, method: str, params: Any = None) -> None:
        message: Message = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        self._write(message)

    def pump(self, timeout: float) -> bool:
        """Handles what has arrived, waiting up to `timeout` seconds for something; false when nothing came."""
        ready, _, _ = select.select([self._output], [], [], max(0.0, timeout))
        if not ready:
            return False
        data = os.read(self._output, 1 << 16)
        if not data:
            raise ServerError(f"the server went away (exit status {self.process.wait()})")
        for message in self._reader.feed(data):
            self._handle(message)
        return True

    def stop(self, timeout: float = 5) -> int:
        """`shutdown`, `exit`, and the server's exit status. A server that doesn't leave in time is killed."""
        if self.process.poll() is None:
            try:
                self.request("shutdown", timeout=timeout)
                self.notify("exit")
                self.process.wait(timeout)
            except (ServerError, OSError, subprocess.TimeoutExpired):
                self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        return status

    def _handle(self, message: Message) -> None:
        if self._record:
            self._record("server", message)
        method = message.get("method")
        if method is None:
            self._replies[message["id"]] = message
        elif "id" in message:
            self._answer(message["id"], method, message.get("params"))
        elif method in self.notifications:
            self.notifications[method](message.get("params"))

    def _answer(self, identifier: Any, method: str, params: Any) -> None:
        reply: Message = {"jsonrpc": "2.0", "id": identifier}
        if method in self.requests:
            reply["result"] = self.requests[method](params)
        else:
            reply["error"] = {"code": METHOD_NOT_FOUND, "message": f"this client doesn't know {method}"}
        self._write(reply)

    def _write(self, message: Message) -> None:
        if self._record:
            self._record("client", message)
        view = memoryview(encode(message))
        while view:
            view = view[os.write(self._input, view) :]
