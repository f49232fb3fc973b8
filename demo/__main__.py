"""`python3 -m demo`: see the Makefile for how it is called, `--help` for what can be chosen."""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Dict, Optional

from . import neovim
from .bundled import BundledEditor
from .client import ServerError
from .editor import Editor, StoryError
from .narrator import BOLD, DIM, GREEN, RED, Narrator
from .story import Scenario, Story

REPOSITORY = Path(__file__).resolve().parent.parent
SCENARIO = Scenario(
    file=REPOSITORY / "docs" / "examples" / "moving_average.py", op="Model", edit=("series - trend", "trend - series")
)
FAILED, ENVIRONMENT = 1, 3


def main() -> int:
    options = _arguments()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    narrator = Narrator()
    for program, remedy in ((options.server, "make release"), (options.python, "scripts/setup")):
        if not os.access(program, os.X_OK):
            narrator.say(f"demo: {program} is not there; type: {remedy}", RED)
            return ENVIRONMENT
    program = None if options.editor == "bundled" else neovim.find()
    if options.editor == "neovim" and program is None:
        narrator.say("demo: no Neovim 0.11 or newer on the PATH; type: scripts/setup --editors", RED)
        return ENVIRONMENT
    with tempfile.TemporaryDirectory(prefix="kernelwright-demo-") as name:
        folder = Path(name).resolve()
        with open(folder / "server.log", "w+b") as log:
            return _tell(narrator, options, program, folder, log)


def _tell(
    narrator: Narrator, options: argparse.Namespace, program: Optional[Path], folder: Path, log: io.BufferedRandom
) -> int:
    workspace = folder / "workspace"
    workspace.mkdir()
    command = [str(options.server), "serve"]
    environment = environment_of(options.python)
    editor: Optional[Editor] = None
    try:
        editor = (
            neovim.NeovimEditor(program, command, workspace, log, environment)
            if program
            else BundledEditor(command, workspace, log, environment)
        )
        narrator.say(f"Kernelwright on {SCENARIO.file.relative_to(REPOSITORY)}, in {editor.name}", BOLD)
        last = Story(editor, narrator, SCENARIO, options.python, workspace, environment).tell()
        editor.close()
    except (StoryError, ServerError, OSError) as problem:
        narrator.say(f"\ndemo: stopped: {problem}", RED)
        log.seek(0)
        for line in log.read().decode(errors="replace").splitlines()[-15:]:
            narrator.say("  log: " + line, DIM)
        return FAILED
    finally:
        if editor:
            editor.close()
    narrator.say()
    narrator.say(last, BOLD, GREEN)
    return 0


def environment_of(python: Path) -> Dict[str, str]:
    """An activated virtual environment, which is where the server looks for the workspace's Python."""
    environment = dict(os.environ)
    environment["VIRTUAL_ENV"] = str(python.parent.parent)
    environment["PATH"] = f"{python.parent}{os.pathsep}{environment.get('PATH', '')}"
    environment.pop("PYTHONPATH", None)
    return environment


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--server", type=Path, default=REPOSITORY / ".build" / "release" / "kernelwright")
    parser.add_argument("--python", type=Path, default=REPOSITORY / ".venv" / "bin" / "python")
    parser.add_argument(
        "--editor",
        choices=["auto", "neovim", "bundled"],
        default="auto",
        help="Neovim where there is a current one, else the client that comes with the demo",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
