"""What a server's memory comes back to after a thousand files and a million edits: `scripts/bench-lsp`."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, Dict, List

from .harness import load, server

FILES, EDITS = 1000, 1_000_000
# Edits between two requests that wait for the server: a pipe holds some.
BLOCK = 500


def resident_mib(process: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found.group(1)) / 1024 if found else float("nan")


def settled_mib(client: Any) -> float:
    """Once the server has nothing left to do."""
    time.sleep(3)
    return resident_mib(client.process.pid)


def memory(harness: Path, command: List[str], large: Path, medium: Path) -> Dict[str, float]:
    """Resident MiB with one large file open: at first, after many more were opened and closed, and after many edits,
    which leave the text as it was."""
    bench = load(harness)
    with server(bench, command, large.parent) as client:
        document = bench.Document(large)
        document.open(client)
        _edit(client, document, 2 * BLOCK)
        figures = {"before": settled_mib(client)}
        text = medium.read_text(encoding="utf-8")
        for number in range(FILES):
            uri = (medium.parent / f"copy_{number}.py").as_uri()
            item = {"uri": uri, "languageId": "python", "version": 1, "text": f"# {number}\n{text}"}
            client.notify("textDocument/didOpen", {"textDocument": item})
            client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
            client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        _hover(client, document)
        figures["files"] = settled_mib(client)
        started = time.perf_counter()
        _edit(client, document, EDITS)
        figures["edits per second"] = EDITS / (time.perf_counter() - started)
        figures["edits"] = settled_mib(client)
        return figures


def _hover(client: Any, document: Any) -> None:
    place = (document.cursor_line, document.lines[document.cursor_line].index("h"))
    client.ask("textDocument/hover", document.params("hover", place))


def _edit(client: Any, document: Any, count: int) -> None:
    """Types a name at the cursor's line and takes it away again, a character at a time."""
    row = document.cursor_line
    column = len(document.lines[row])
    typed = "  # relu_" * 4
    version = document.version
    for number in range(count):
        step = number % (2 * len(typed))
        if step < len(typed):
            start = end = column + step
            text = typed[step]
        else:
            end = column + 2 * len(typed) - step
            start, text = end - 1, ""
        version += 1
        change = {
            "range": {"start": {"line": row, "character": start}, "end": {"line": row, "character": end}},
            "text": text,
        }
        params = {"textDocument": {**document.identifier, "version": version}, "contentChanges": [change]}
        client.notify("textDocument/didChange", params)
        if number % BLOCK == BLOCK - 1:
            _hover(client, document)
    document.version = version
