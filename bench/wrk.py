"""Requests per second and latency: runs wrk and reads what its script says."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from bench.nouns import RequestRun, Subject
from bench.processes import NotStarted, cpu_seconds, spent

_SCRIPT = Path(__file__).with_name("wrk.lua")
_MARK = "BENCH "


def run(
    wrk: str, subject: Subject, connections: int, seconds: float, path: str = "/small", numbers: int = 0
) -> RequestRun:
    """One run over kept-alive connections, one thread. Raises `NotStarted` when wrk gives no summary.

    numbers  `path` is a format, in which so many numbers take turns; 0: it is the path
    """
    command = [wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
    command += ["-s", str(_SCRIPT), f"http://127.0.0.1:{subject.port}/"]
    before = cpu_seconds(subject.programs)
    environment = _environment(subject, path, numbers)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 30, check=False)
    cpu = spent(before, cpu_seconds(subject.programs))
    marked = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if not marked:
        raise NotStarted(f"wrk: {done.stdout}{done.stderr}")
    seen = json.loads(marked[0].removeprefix(_MARK))
    return RequestRun(
        subject=subject.name,
        connections=connections,
        requests=seen["requests"],
        seconds=seen["microseconds"] / 1e6,
        p50=seen["p50"] / 1000,
        p90=seen["p90"] / 1000,
        p99=seen["p99"] / 1000,
        errors=seen["errors"],
        cpu=cpu,
    )


def _environment(subject: Subject, path: str, numbers: int) -> dict[str, str]:
    headers = "\n".join(f"{name}: {value}" for name, value in subject.headers.items())
    return {
        **os.environ,
        "BENCH_TARGET": f"{subject.prefix}{path}",
        "BENCH_HOST": subject.host_header,
        "BENCH_HEADERS": headers,
        **({"BENCH_NUMBERS": str(numbers)} if numbers else {}),
    }
