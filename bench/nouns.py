"""What is measured, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Subject:
    """A way from the client to the backend. `programs` names the processes that carry the bytes, with their pid.

    `prefix` stands before each path in the request line (the absolute form that a proxy needs), `headers` are sent
    with each request.
    """

    name: str
    port: int
    host_header: str
    prefix: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, int] = field(default_factory=dict)

    def head(self, method: str, path: str, length: int | None = None) -> bytes:
        """The request head as bytes; `length` is the Content-Length of a body that follows."""
        lines = [f"{method} {self.prefix}{path} HTTP/1.1", f"Host: {self.host_header}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Direction(StrEnum):
    """Where a bulk body goes, seen from the client."""

    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class RequestRun:
    """One run of wrk. Latencies in milliseconds, `cpu` in seconds per program."""

    subject: str
    connections: int
    requests: int
    seconds: float
    p50: float
    p90: float
    p99: float
    errors: int
    cpu: Mapping[str, float]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class BulkRun:
    """Bodies streamed for some seconds. `cpu` in seconds per program."""

    subject: str
    direction: Direction
    connections: int
    octets: int
    seconds: float
    cpu: Mapping[str, float]

    @property
    def rate(self) -> float:
        """MiB per second."""
        return self.octets / self.seconds / 2**20 if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class MemoryRun:
    """Resident memory of one program in KiB around a long stream."""

    subject: str
    program: str
    direction: Direction
    octets: int
    before: int
    peak: int
    after: int


@dataclass(frozen=True, slots=True)
class ListRun:
    """The list of all destinations. Seconds to the first byte and to the last, memory of the program in KiB."""

    octets: int
    first: float
    last: float
    before: int
    peak: int


@dataclass(frozen=True, slots=True)
class FindRuns:
    """What the part `find` measures. Times in seconds; of the resets the first one came right after the start."""

    requests: tuple[RequestRun, ...]
    listing: ListRun
    start: tuple[float, ...]
    reset: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """Everything of one run of the benchmark."""

    requests: tuple[RequestRun, ...] = ()
    bulk: tuple[BulkRun, ...] = ()
    memory: tuple[MemoryRun, ...] = ()
    notes: tuple[str, ...] = ()
    find: FindRuns | None = None

    @property
    def empty(self) -> bool:
        return not (self.requests or self.bulk or self.memory or self.find)
