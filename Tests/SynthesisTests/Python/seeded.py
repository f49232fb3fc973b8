"""Cases drawn at random, one function for each seed."""
from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterable, Tuple


def seeds(variable: str, usual: str) -> range:
    """FIRST:LAST in the environment, or the usual ones."""
    first, last = map(int, os.environ.get(variable, usual).split(":"))
    return range(first, last)


def cases(
    prefix: str, make: Callable[[int], Tuple[Any, Any]], numbers: Iterable[int]
) -> Tuple[Dict[str, Any], Dict[str, Tuple[Any, list]]]:
    """Functions with a parameter for each tensor, by name, and what `CASES` says of them.

    `make` gives a function of a list of tensors, and a maker of each of these.
    """
    functions, made = {}, {}
    for number in numbers:
        run, makers = make(number)
        name, names = f"{prefix}{number}", ", ".join(f"t{i}" for i in range(len(makers)))
        space = {"run": run}
        exec(f"def {name}({names}):\n    return run([{names}])", space)
        functions[name], made[name] = space[name], (makers, [])
    return functions, made
