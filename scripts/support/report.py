"""Tables that a script writes into a page, and the machine that they were made on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def hardware() -> str:
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), name)
    elif platform.system() == "Darwin":
        ask = ["sysctl", "-n", "machdep.cpu.brand_string"]
        name = subprocess.run(ask, capture_output=True, text=True).stdout.strip()
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{name}, {os.cpu_count()} cores, {gigabytes:.0f} GiB, {platform.system()} {platform.release()}"


def revision() -> str:
    ask = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"]
    return subprocess.run(ask, capture_output=True, text=True).stdout.strip()


def load() -> str:
    return ", ".join(f"{each:.2f}" for each in os.getloadavg())


def write_between(document: Path, name: str, text: str) -> None:
    """Replaces what stands between `<!-- name: begin -->` and `<!-- name: end -->`."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = document.read_text(encoding="utf-8")
    before, found, rest = old.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise SystemExit(f"{document} lacks the lines {begin} and {end}; put them where the table belongs")
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
