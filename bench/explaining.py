"""How soon the command line answers: its first line, and `explain` of a large log."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.nouns import Timing

OCTETS = 10 * 2**20
_ROUNDS = 5
_LINES = (
    "2026-11-20T08:00:{second:02d}.123Z INFO  order {number} accepted from 192.0.2.{byte} in 401 ms",
    '192.0.2.{byte} - - [20/Nov/2026:08:00:{second:02d} +0000] "GET /orders/404/{number} HTTP/1.1" 200 {number}',
    "\tat com.example.orders.Handler.handle(Handler.java:{number})",
    "2026-11-20T08:00:{second:02d}.456Z DEBUG certificate of message {number} was checked by the application",
)
_ERROR = "javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path"


def measure(folder: Path, say: Callable[[str], None]) -> tuple[Timing, ...]:
    """Seconds, medians of five; the bare interpreter stands beside them."""
    log = folder / "large.log"
    log.write_bytes(b"".join(_log()))
    command = [sys.executable, "-m", "landbridge", "explain"]
    kinds = (
        ("start of the Python interpreter alone", [sys.executable, "-c", "print()"], 0.0),
        ("first line of `landbridge explain TEXT`", [*command, "PKIX path building failed"], 0.3),
        (f"`landbridge explain` of a log of {OCTETS >> 20} MiB", [*command, "--file", str(log)], 2.0),
    )
    timings = []
    for what, arguments, aim in kinds:
        timings.append(Timing(what, statistics.median(_first_line(arguments) for _ in range(_ROUNDS)), aim))
        say(f"{what}: {timings[-1].seconds * 1000:,.0f} ms")
    return tuple(timings)


def _first_line(arguments: Sequence[str]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        took = time.perf_counter() - began
        process.stdout.read()
    return took


def _log() -> Iterator[bytes]:
    """Lines of a busy system, the same each time; one in ten thousand says what is wrong."""
    chance = random.Random(7)
    octets = number = 0
    while octets < OCTETS:
        number += 1
        line = _ERROR if number % 10_000 == 0 else chance.choice(_LINES)
        text = line.format(second=number % 60, number=chance.randrange(10**6), byte=chance.randrange(1, 255))
        octets += len(text) + 1
        yield f"{text}\n".encode()
