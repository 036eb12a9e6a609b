"""Programs under test: starting, stopping, and what Linux says about their memory and processor time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_RESET_PEAK = "5"


class NotStarted(RuntimeError):
    """A program of the benchmark did not come up; the text says which and what it wrote."""


@contextmanager
def running(command: list[str], log: Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The program while the block runs; its stderr goes to the file `log`, its stdout is a pipe."""
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            env=env,
        )
        try:
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes], patience: float = 10.0) -> None:
    """Ask the program to end, then make it."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(patience)
    if process.stdout is not None:
        process.stdout.close()


def tree(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += tree(int(child))
    return found


def cpu_seconds(programs: Mapping[str, int]) -> dict[str, float]:
    """Processor time so far of each program with its children, user and system together."""
    return {name: sum(_cpu(pid) for pid in tree(root)) for name, root in programs.items()}


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What lies between two answers of `cpu_seconds`."""
    return {name: round(after[name] - before[name], 3) for name in after}


def resident(root: int) -> int:
    """KiB of resident memory now, of the process and everything below it."""
    return sum(_status(pid, "VmRSS") for pid in tree(root))


def peak(root: int) -> int:
    """KiB of resident memory at most since `reset_peak`, of the process and everything below it."""
    return sum(_status(pid, "VmHWM") for pid in tree(root))


def reset_peak(root: int) -> None:
    """Start anew with `peak`."""
    for pid in tree(root):
        Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)


def _cpu(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _status(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    return 0
