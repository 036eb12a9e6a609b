"""What the figures were measured on: without it they say nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench import tools, workshop


def describe() -> dict[str, str]:
    """Date, processor, memory, versions of all that takes part. Names of hosts and users stay out."""
    ssh = tools.ssh()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{os.cpu_count()} × {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "landbridge": _package("landbridge"),
        "uvloop": _package("uvloop"),
        "openssh": _first_line([ssh.ssh, "-V"]) if ssh else "missing",
        "peers": f"{workshop.CHISEL}, {workshop.FRP}, {workshop.RATHOLE}, as far as they are measured",
        "wrk": _first_line([found, "-v"]) if (found := tools.wrk()) else "missing",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _first_line(command: list[str]) -> str:
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).partition("\n")[0].partition(" Copyright")[0].strip()
