"""What `python -I -c` is given: takes the program itself from standard input and starts it.

Kept to the standard library, and free of everything that the user's or a candidate's code could have a say in: it runs
before any of that is loaded.
"""

import importlib.abc
import importlib.machinery
import json
import linecache
import os
import sys
import time

PACKAGE = "kernelwright_worker"


class Importer(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports the package's modules from the texts that came over the pipe."""

    def __init__(self, sources: "dict[str, str]") -> None:
        self.sources = sources

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if name != PACKAGE and name.partition(PACKAGE + ".")[2] not in self.sources:
            return None
        return importlib.machinery.ModuleSpec(
            name, self, origin=self.label(name), is_package=name == PACKAGE
        )

    def label(self, name: str) -> str:
        return "<%s>" % name

    def get_source(self, name: str) -> str:
        return self.sources.get(name.partition(PACKAGE + ".")[2], "")

    def is_package(self, name: str) -> bool:
        return name == PACKAGE

    def get_code(self, name: str) -> object:
        source = self.get_source(name)
        lines = source.splitlines(True)
        linecache.cache[self.label(name)] = (len(source), None, lines, self.label(name))
        return compile(source, self.label(name), "exec")


def take(descriptor: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = os.read(descriptor, count - len(data))
        if not part:
            sys.exit("kernelwright: the server is gone")
        data += part
    return data


def restrict(limits: "dict[str, int]") -> None:
    """Resource limits, hard ones: what runs later can't raise them."""
    import resource

    for name, value in limits.items():
        kind = getattr(resource, "RLIMIT_" + name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError) as error:  # macOS knows some of them by name only
            print("kernelwright: no limit %s: %s" % (name, error), file=sys.stderr)


def step_back() -> None:
    """Where the kernel shares time among sessions (autogroup), a process's own niceness counts within its session only,
    and this one has a session of its own: the session's niceness is made the process's, before anything large runs.

    Linux lets one process of the whole machine do that in a tenth of a second, and workers start together: two seconds
    are spent on being one of them."""
    deadline = time.monotonic() + 2
    while True:
        try:
            with open("/proc/self/autogroup", "w") as file:
                file.write(str(os.getpriority(os.PRIO_PROCESS, 0)))
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return
            time.sleep(0.02)
        except (OSError, ValueError):  # no autogroups here, or no Linux
            return


def start() -> None:
    step_back()
    # From here on nothing that is printed can get among the replies, and nothing that reads can eat a command.
    commands, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    message = json.loads(take(commands, int.from_bytes(take(commands, 4), "big")))
    restrict(message["limits"])
    sys.path.extend(path for path in message["path"] if path not in sys.path)
    sys.meta_path.insert(0, Importer(message["modules"]))
    sys.argv = ["kernelwright"]
    from kernelwright_worker import main

    main.main(message, commands, replies)


start()
