"""The worker's program: takes commands, one at a time, and answers each.

`{"id": n, "do": name, …}` is answered by `{"id": n, "ok": true, …}` or
`{"id": n, "ok": false, "error": {"kind", "message", "line", "traceback"}}`. Modules of other roles join in with a
dictionary `HANDLERS` of functions `(state, message, arena) -> dict`.
"""

import ctypes
import gc
import importlib
import os
import sys
import traceback
from typing import Any, Callable, Dict

from . import frames, sources

# Which modules' HANDLERS a role knows besides the ones that every role has. A candidate's process knows no others.
ROLE_MODULES = {
    "reference": ("state", "capturing", "profile"),
    "oracle": ("state", "oracle"),
    "baseline": ("state", "calls"),
    "candidate": ("state", "calls"),
    "null": ("state", "calls"),
    "device": ("device",),
}
TRACEBACK_LIMIT = 20_000
# Parameters of glibc's `mallopt`, and bytes: what is larger than the first is mapped for itself (it is how far that
# threshold moves on 64-bit machines); of free memory at the heap's end, up to the second is kept, or the third.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_MMAP_MAX = -1, -3, -4
MMAP_THRESHOLD_MAX = 32 << 20
HEAP_KEPT = 256 << 20
UNTIMED_HEAP_KEPT = 1 << 30
OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "bad_alloc", "Cannot allocate memory")


def describe_error(error: BaseException, paths: Any) -> Dict[str, Any]:
    message = str(error) or type(error).__name__
    kind = type(error).__name__
    if isinstance(error, MemoryError) or any(text in message for text in OUT_OF_MEMORY):
        kind = "OutOfMemory"
    lines = [sources.line_in(error, path) for path in paths]
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return {
        "kind": kind,
        "message": message[:4000],
        "line": next((line for line in lines if line is not None), None),
        "traceback": text[-TRACEBACK_LIMIT:],
    }


def guard_memory() -> bool:
    """Puts guards around what is allocated from now on, where the library for that was preloaded."""
    begin = getattr(ctypes.CDLL(None), "kernelwright_guard_memory", None)
    if begin is not None:
        begin()
    return begin is not None


def warm_up(torch: Any) -> None:
    """The first backward pass of a process loads code for a fifth of a second. Spare processes do so before they are
    given a candidate."""
    leaf = torch.ones(2, 2, requires_grad=True)
    torch.softmax(leaf, -1).sum().backward()


def keep_heap(is_timed: bool) -> None:
    """Has the GNU C library's allocator take tensors of up to 32 MB from its heap, as it does by itself once a process
    has given back a large one, and keep what they leave. Left alone it gives the heap's end back to the system as soon
    as 64 MB of it are free, to be given it page by page in the next call: whether an op's intermediates come to that
    depends on what else happens to lie there, and made the same code four times slower in one process than in
    another. What nobody times keeps more: fetching memory takes longer than most of what is computed in it."""
    library = ctypes.CDLL(None)
    if getattr(library, "mallopt", None) is None:  # not glibc
        return
    if not is_timed:
        library.mallopt(M_MMAP_MAX, 0)
        library.mallopt(M_TRIM_THRESHOLD, UNTIMED_HEAP_KEPT)
        return
    library.mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_MAX)
    library.mallopt(M_TRIM_THRESHOLD, HEAP_KEPT)


def main(boot: Dict[str, Any], commands: int, replies: int) -> None:
    role = boot["role"]
    handlers: Dict[str, Callable[..., Any]] = {}
    hello: Dict[str, Any] = {"id": 0, "ok": True, "pid": os.getpid()}
    state: Any = None
    arena: Any = None
    try:
        import torch

        from .state import State
        from .tensors import Arena

        torch.set_num_threads(boot["threads"])
        keep_heap(boot["timed"])
        if role == "candidate":
            warm_up(torch)
        hello["torch"] = torch.__version__
        if boot.get("arena") is not None:
            arena = Arena(boot["arena"]["descriptor"], boot["arena"]["size"])
            hello["arena_address"] = arena.base
        hello["guarded"] = guard_memory()
        state = State(role, arena)
        for name in ROLE_MODULES[role]:
            if name not in boot["modules"]:
                continue  # not every build of the server ships every role
            module = importlib.import_module("." + name, __package__)
            handlers.update(module.HANDLERS)
    except BaseException as error:
        hello.update(ok=False, error=describe_error(error, []))
    frames.write_frame(replies, hello)
    gc.collect()
    gc.freeze()  # what is loaded now stays: collections need not walk it again
    while True:
        message = frames.read_frame(commands)
        if message is None:
            os._exit(0)  # the server has let go of us; nothing here is worth an orderly end
        answer(handlers, state, arena, message, replies)


def answer(
    handlers: Dict[str, Callable[..., Any]], state: Any, arena: Any, message: Dict[str, Any], replies: int
) -> None:
    name, number = message["do"], message["id"]
    try:
        if name == "prepare" and state.role in ("baseline", "candidate", "null"):
            from . import calls

            call = calls.prepare(state, message, arena)
            frames.write_frame(replies, {"id": number, "ok": True})
            reply = call.run()
        elif name in handlers:
            reply = handlers[name](state, message, arena)
        else:
            raise KeyError("no command %r for role %r" % (name, state.role))
        data = frames.encode(dict(reply, id=number, ok=True))
    except BaseException as error:
        failure = describe_error(error, state.user_paths)
        data = frames.encode({"id": number, "ok": False, "error": failure})
    frames.write_bytes(replies, data)
    gc.enable()
    sys.stdout.flush()
