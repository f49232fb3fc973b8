"""The three ways in which a person stops a job, and whether its processes are gone then (Linux)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable, Dict, Set

from demo.bundled import BundledEditor
from demo.editor import StoryError, one_action


def descendants(process: int) -> Set[int]:
    """Every process below this one."""
    children: Dict[int, Set[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if fields[0] not in "ZX":
            children.setdefault(int(fields[1]), set()).add(int(status.parent.name))
    found: Set[int] = set()
    border = {process}
    while border:
        border = {child for parent in border for child in children.get(parent, set())} - found
        found |= border
    return found


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def ways_to_stop(editor: BundledEditor, line: int, token: str) -> Dict[str, Callable[[], None]]:
    return {
        "the client's button": lambda: editor.cancel_progress(token),
        "the code action": lambda: editor.run_action(line, one_action(editor, line, "Stop optimizing")),
        "closing the document": editor.leave,
    }


def start_and_stop(editor: BundledEditor, line: int, way: str, at_percent: int, timeout: float) -> float:
    """Starts an optimisation, stops it once so much is done; milliseconds until no process of it is left."""
    server = editor.client.process.pid
    editor.run_action(line, one_action(editor, line, "Optimize this op"))
    token = ""
    while True:
        heard = editor.take_progress(timeout)
        if heard is None or heard.kind == "end":
            raise StoryError("the optimisation was over before it could be stopped")
        token = token or heard.token
        if (heard.percentage or 0) >= at_percent:
            break
    workers = descendants(server)
    if not workers:
        raise StoryError("the optimisation runs without a process of its own")
    start = time.perf_counter()
    ways_to_stop(editor, line, token)[way]()
    while any(runs(worker) for worker in workers):
        if time.perf_counter() - start > timeout:
            raise StoryError(f"{way} left processes behind")
        time.sleep(0.001)
    gone = (time.perf_counter() - start) * 1e3
    editor.settle(0.5)
    if descendants(server):
        raise StoryError(f"{way}: other processes were started afterwards")
    return gone


WAYS = ("the client's button", "the code action", "closing the document")
