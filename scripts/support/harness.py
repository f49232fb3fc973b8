"""The harness of `scripts/bench-lsp`, which lies beside the checkout, as a module; and servers under its client."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator, List


def load(folder: Path) -> ModuleType:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module("lspbench")


@contextmanager
def server(bench: ModuleType, command: List[str], root: Path) -> Iterator[Any]:
    """The harness's client of a server that is initialized, and killed at the end."""
    with open(os.devnull, "ab") as log:
        client = bench.Client(command, root, log)
        try:
            client.initialize(root)
            yield client
        finally:
            client.kill()
