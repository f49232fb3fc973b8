"""Runs the person's own file, as they would, in fresh processes that know nothing of Kernelwright."""

from __future__ import annotations

import math
import re
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import List, Mapping, Tuple

from .editor import StoryError

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf|nan")
# The file prints float32 statistics with seven digits; a replacement may round differently in the last of them.
RELATIVE, ABSOLUTE = 1e-4, 1e-5
RUN_TIMEOUT_S = 300


@dataclass(frozen=True)
class Run:
    """What one run of the file printed: the numbers of its `output:` line, and ms per call."""

    output: Tuple[float, ...]
    ms: float


def run(python: Path, file: Path, environment: Mapping[str, str]) -> Run:
    command = [str(python), str(file)]
    done = subprocess.run(
        command, cwd=file.parent, env=environment, capture_output=True, text=True, timeout=RUN_TIMEOUT_S
    )
    if done.returncode != 0:
        raise StoryError(f"{file.name} failed:\n{done.stderr.strip()[-2000:]}")
    return Run(tuple(_numbers(done.stdout, "output:")), _numbers(done.stdout, "time:")[0])


def _numbers(printed: str, beginning: str) -> List[float]:
    for line in printed.splitlines():
        if line.startswith(beginning):
            return [float(number) for number in NUMBER.findall(line[len(beginning) :])]
    raise StoryError(f"the file printed no line that begins with {beginning!r}:\n{printed}")


def agree(one: Run, other: Run) -> bool:
    """Whether two runs printed the same numbers, but for rounding."""
    return len(one.output) == len(other.output) > 0 and all(
        math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE) for a, b in zip(one.output, other.output)
    )


def compare(
    python: Path, before: Path, after: Path, environment: Mapping[str, str], rounds: int = 3
) -> Tuple[List[Run], List[Run]]:
    """Runs both files by turns, so that a busy moment of the machine meets both."""
    run(python, after, environment)  # the first run builds the kernel into the person's cache
    first: List[Run] = []
    second: List[Run] = []
    for _ in range(rounds):
        first.append(run(python, before, environment))
        second.append(run(python, after, environment))
    return first, second


def median_ms(runs: List[Run]) -> float:
    return statistics.median(each.ms for each in runs)
