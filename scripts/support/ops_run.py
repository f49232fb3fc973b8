"""Runs one problem of Benchmarks/Problems: optimise, check the replacement by other code, time frozen inductor."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from .problem_set import Problem
from .report import REPOSITORY

TOOLS = REPOSITORY / "Benchmarks" / "Ops"
# Beyond its budget a search starts workers, compiles the baselines and verifies; one that takes longer than this is
# stopped and counts as not improved.
PATIENCE_S, CHECK_S, FROZEN_S = 150.0, 180.0, 150.0
STOPPING_S = 20.0
PRUNING = "algebraic-pruning"
# The rooms of Sources/ that results depend on.
DECIDING = ("CRunner", "Engine", "HardwareRunner", "Synthesis")
# What nobody reads in a table: a source is kept as a file, of the gates only the roofline's figures count.
LEFT_OUT = {"source", "gates", "counterexample", "op", "fingerprint", "policy", "device", "date", "inputs_tried"}
MOVED = re.compile(r"([\d.]+) MB at [\d.]+ GB/s")
VERIFIED_LINE = re.compile(r"^  (?!note: ).+: verified \(")
Record = Dict[str, Any]


@dataclass(frozen=True)
class Setup:
    """Who runs the problems, and how long."""

    server: Path
    python: Path
    budget_s: int
    """Sources that were offered are kept here, for whoever wants to look at one."""
    sources: Path
    frozen: bool = True

    def source_of(self, problem: Problem, kind: str) -> Path:
        return self.sources / f"{problem.folder}-{problem.path.stem}-{kind}.py"

    @staticmethod
    def identity() -> str:
        """Of what proposes, verifies and times: other code starts the study anew, another build doesn't."""
        digest = hashlib.sha256()
        for room in DECIDING:
            for file in sorted((REPOSITORY / "Sources" / room).rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    digest.update(f"{file.relative_to(REPOSITORY)}\0".encode())
                    digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:12]


def run(problem: Problem, setup: Setup) -> Record:
    """Everything that is to be known about one problem; `error` where the server gave no answer."""
    record: Record = {"seconds": {}}
    with tempfile.TemporaryDirectory(prefix="kernelwright-ops-") as name:
        workspace = Path(name).resolve()
        allowed = _optimised(problem, setup, workspace / "allowed", [PRUNING], record["seconds"])
        record["allowed"] = allowed
        if "error" not in allowed and PRUNING in allowed["labels"]:
            record["exact"] = _optimised(problem, setup, workspace / "exact", [], record["seconds"])
        if setup.frozen:
            replacement = [setup.source_of(problem, "allowed")] if allowed.get("verdict") == "verified" else []
            command = [setup.python, TOOLS / "frozen_inductor.py", problem.path, *replacement]
            record["frozen"] = _answer(command, FROZEN_S, record["seconds"], "frozen")
    return record


def _optimised(problem: Problem, setup: Setup, workspace: Path, allow: List[str], seconds: Dict[str, float]) -> Record:
    """One search in a workspace of its own: what an earlier one learned must not help."""
    workspace.mkdir()
    (workspace / "pyproject.toml").write_text("", encoding="utf-8")
    file = workspace / problem.path.name
    file.write_bytes(problem.path.read_bytes())
    command = [str(setup.server), "optimize", file.name, "--budget", f"{setup.budget_s}s", "--json"]
    command += ["--python", str(setup.python)] + (["--allow", ",".join(allow)] if allow else [])
    start = time.monotonic()
    status, out, lines = _timed_lines(command, workspace, setup.budget_s + PATIENCE_S)
    seconds[workspace.name] = round(time.monotonic() - start, 1)
    try:
        report = json.loads(out)
    except json.JSONDecodeError:
        said = " / ".join(text for _, text in lines[-3:])
        return {"error": f"exit {status}: {said}"[:400]}
    found = {key: value for key, value in report.items() if key not in LEFT_OUT}
    for candidate in found["candidates"]:
        del candidate["summary"]
    found["roofline"] = next((gate for gate in report["gates"] if gate["name"] == "roofline"), None)
    found["first_verified_s"] = next((round(at, 1) for at, text in lines if VERIFIED_LINE.match(text)), None)
    if report["verdict"] == "verified" and report["source"]:
        found["check"] = _checked(problem, report["source"], setup, workspace.name, seconds)
        moved = bytes_bounding(found["roofline"])
        if moved:
            program, source = TOOLS / "streaming_share.py", setup.source_of(problem, workspace.name)
            beside: List[Union[str, Path]] = [setup.python, program, problem.path, source, str(moved)]
            found["streaming"] = _answer(beside, CHECK_S, seconds, f"streaming_{workspace.name}")
    return found


def bytes_bounding(roofline: Optional[Record]) -> Optional[int]:
    """What an op has to move, where that and not its arithmetic is what it can't be faster than."""
    told = MOVED.search((roofline or {}).get("detail", ""))
    return round(float(told.group(1)) * 1e6) if told else None


def _checked(problem: Problem, source: str, setup: Setup, kind: str, seconds: Dict[str, float]) -> Record:
    setup.sources.mkdir(parents=True, exist_ok=True)
    candidate = setup.source_of(problem, kind)
    candidate.write_text(source, encoding="utf-8")
    command = [setup.python, TOOLS / "check_replacement.py", problem.path, candidate]
    return _answer(command, CHECK_S, seconds, f"check_{kind}")


def _timed_lines(command: List[str], folder: Path, limit: float) -> Tuple[Optional[int], str, List[Tuple[float, str]]]:
    """Exit status, standard output, and the lines of standard error with the seconds at which each came."""
    start, lines = time.monotonic(), []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        child = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=out, stderr=subprocess.PIPE, text=True)
        # A search that hangs is silent, so the reading below would never end by itself.
        previous = signal.signal(signal.SIGALRM, lambda *_: _stop(child))
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            for line in child.stderr or ():
                lines.append((time.monotonic() - start, line.rstrip("\n")))
            status = child.wait()
        except BaseException:
            _stop(child)
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, previous)
        out.seek(0)
        return status, out.read(), lines


def _stop(child: "subprocess.Popen[str]") -> None:
    """As Ctrl-C would: the server ends its own processes."""
    child.send_signal(signal.SIGINT)
    try:
        child.wait(STOPPING_S)
    except subprocess.TimeoutExpired:
        child.kill()


def _answer(command: Sequence[Union[str, Path]], limit: float, seconds: Dict[str, float], name: str) -> Record:
    """The one JSON object that a program prints; how long it took is put into `seconds`."""
    start = time.monotonic()
    try:
        words = [str(word) for word in command]
        done = subprocess.run(words, env=_environment(), capture_output=True, text=True, timeout=limit)
        return dict(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return {"unavailable": f"no answer within {limit:.0f} s"}
    except json.JSONDecodeError:
        last = done.stderr.strip().splitlines()[-1:]
        return {"unavailable": f"exit {done.returncode}: {' '.join(last)}"[:300]}
    finally:
        seconds[name] = round(time.monotonic() - start, 1)


def _environment() -> Dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"}
