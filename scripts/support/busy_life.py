"""The harness's long life of a server, lived while that server optimises an op: `scripts/bench-lsp`.

The client is the harness's own; what it does besides is to open one more file, to ask for its optimisation again and
again, and to listen to the progress.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, List

from .harness import load
from .report import REPOSITORY

EXAMPLE = REPOSITORY / "docs" / "examples" / "moving_average.py"
# Percent of an optimisation, from which on its workers keep the processors busy.
UNDER_WAY = 15


class Optimisation:
    """Keeps an optimisation going in a server, from when `begin` returns until `end`."""

    def __init__(self, file: Path) -> None:
        self.uri = file.as_uri()
        self.active = self.under_way = self.ended = False
        self.times: Dict[bool, float] = {True: 0.0, False: 0.0}

    def hear(self, message: Dict[str, Any]) -> None:
        if message.get("method") != "$/progress":
            return
        value = message["params"]["value"]
        self.active = value["kind"] != "end"
        self.under_way = self.active and (self.under_way or (value.get("percentage") or 0) >= UNDER_WAY)

    def begin(self, client: Any) -> None:
        text = EXAMPLE.read_text(encoding="utf-8")
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": item})
        threading.Thread(target=self._keep_going, args=(client,), daemon=True).start()
        deadline = time.monotonic() + 120
        while not self.under_way:
            if time.monotonic() > deadline:
                raise SystemExit("bench-lsp: the optimisation didn't get under way within 120 s")
            time.sleep(0.05)
        self.times = {True: 0.0, False: 0.0}

    def _keep_going(self, client: Any) -> None:
        command = {"command": "kernelwright.optimize", "arguments": [{"uri": self.uri, "name": "Model"}]}
        last = time.monotonic()
        asked = -60.0
        while not self.ended:
            now = time.monotonic()
            self.times[self.active] += now - last
            last = now
            if not self.active and now - asked > 3:
                asked = now
                try:
                    client.request("workspace/executeCommand", command)
                except Exception:  # the server has left: the measurement says so itself
                    return
            time.sleep(0.1)

    @property
    def share(self) -> float:
        """Of the time so far in which an optimisation ran."""
        return self.times[True] / max(sum(self.times.values()), 1e-9)


def lives(harness: Path, command: List[str], file: Path, python: Path, rounds: int) -> List[Dict[str, Any]]:
    """The metrics of some lives; `busy` is the share of the time in which the optimisation ran."""
    bench = load(harness)
    os.environ["VIRTUAL_ENV"] = str(python.parent.parent)
    return [_live(bench, command, file) for _ in range(rounds)]


def _live(bench: ModuleType, command: List[str], file: Path) -> Dict[str, Any]:
    options = _default_options(bench)
    metrics: Dict[str, Any] = {}
    read_message, initialize = bench.read_message, bench.Client.initialize
    with tempfile.TemporaryDirectory(prefix="kernelwright-busy-") as folder:
        example = Path(folder) / EXAMPLE.name
        example.write_bytes(EXAMPLE.read_bytes())
        optimisation = Optimisation(example)

        def listening(stream: Any) -> Any:
            message, now = read_message(stream)
            if message is not None:
                optimisation.hear(message)
            return message, now

        def beginning(client: Any, root: Path) -> float:
            waited: float = initialize(client, root)
            optimisation.begin(client)
            return waited

        peak = bench.peak_rss_mib
        bench.read_message, bench.Client.initialize = listening, beginning  # type: ignore[attr-defined]
        bench.peak_rss_mib = lambda root: _again_while_processes_end(peak, root)  # type: ignore[attr-defined]
        try:
            with open(os.devnull, "ab") as log:
                bench.measure_life(metrics, command, bench.Document(file), options, log)
        finally:
            optimisation.ended = True
            bench.peak_rss_mib = peak  # type: ignore[attr-defined]
            bench.read_message, bench.Client.initialize = read_message, initialize  # type: ignore[attr-defined]
    metrics["busy"] = optimisation.share
    return metrics


def _again_while_processes_end(look: Callable[[int], float], root: int) -> float:
    """A process of the optimisation may end between being listed and being looked at."""
    for _ in range(100):
        try:
            return look(root)
        except FileNotFoundError:
            time.sleep(0.01)
    return look(root)


def _default_options(bench: ModuleType) -> Any:
    arguments, sys.argv = sys.argv, sys.argv[:1]
    try:
        return bench.parse_arguments()
    finally:
        sys.argv = arguments
