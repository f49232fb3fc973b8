"""Running a text as a module as if it had been read from its file."""

import importlib.abc
import importlib.util
import linecache
import os
import sys
from types import ModuleType
from typing import Any, Optional


class TextLoader(importlib.abc.InspectLoader):
    """Answers `inspect` and `linecache` with the text that was run, whatever the disk holds."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.source = source

    def get_source(self, fullname: str) -> str:
        return self.source

    def get_filename(self, fullname: str) -> str:
        return self.path

    def get_code(self, fullname: str) -> Any:
        return compile(self.source, self.path, "exec", dont_inherit=True)


def run(name: str, path: str, source: str, folder: Optional[str] = None) -> ModuleType:
    """Executes `source` as module `name` with `path` as its file; `folder` becomes the first import path.

    The module is not called `__main__`, so that what stands under `if __name__ == "__main__"` is not run. It is in
    `sys.modules` and its lines are in `linecache`, so that `inspect.getsource`, `torch.export` and tracebacks see them.
    """
    linecache.cache[path] = (len(source), None, source.splitlines(True), path)
    if folder and folder not in sys.path[:1]:
        sys.path.insert(0, folder)
    loader = TextLoader(path, source)
    spec = importlib.util.spec_from_loader(name, loader, origin=path)
    assert spec is not None
    spec.has_location = True
    module = importlib.util.module_from_spec(spec)
    module.__file__ = path
    sys.modules[name] = module
    exec(loader.get_code(name), module.__dict__)
    return module


def line_in(error: BaseException, path: str) -> Optional[int]:
    """The innermost line of `path` that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    line, step = None, error.__traceback__
    while step is not None:
        if os.path.normpath(step.tb_frame.f_code.co_filename) == os.path.normpath(path):
            line = step.tb_lineno
        step = step.tb_next
    return line
