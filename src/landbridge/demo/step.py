"""A step of the demonstration, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from landbridge.faults import FaultError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step saw. `fault` is the code that our answer carried; None: the answer was the backend's own."""

    got: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`prepare` breaks or mends something beforehand and does not count for the time.

    needed  whether the steps after it make no sense when it does not hold
    """

    name: str
    expected: str
    play: Callable[[], Outcome]
    prepare: Callable[[], None] = lambda: None
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A step that was played. `ms` is the time from request to answer."""

    step: str
    expected: str
    got: str
    fault: str | None
    ok: bool
    ms: float


def played(step: Step) -> Result:
    """Play a step. Errors of the network and named faults are an outcome like others."""
    started = time.perf_counter()
    try:
        step.prepare()
        started = time.perf_counter()
        outcome = step.play()
    except FaultError as error:
        outcome = Outcome(error.fault.sentence, error.fault.code)
    except httpx.HTTPError as error:
        outcome = Outcome(f"{type(error).__name__}: {error}")
    ms = round((time.perf_counter() - started) * 1000, 1)
    return Result(step.name, step.expected, outcome.got, outcome.fault, outcome.got == step.expected, ms)


def seen(answer: httpx.Response, more: str = "") -> Outcome:
    """An answer in short: status, the fault if it is one of ours, and what else matters."""
    code = answer.headers.get("X-Internal-Error-Code")
    return Outcome(" ".join(filter(None, [str(answer.status_code), code, more if code is None else ""])), code)
