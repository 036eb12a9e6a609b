"""What is measured, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SocksEntrance:
    """A SOCKS5 door with the token method, and the virtual host behind it."""

    port: int
    token: str
    host: str
    host_port: int


@dataclass(frozen=True, slots=True)
class Subject:
    """A way from the client to the backend. `programs` names the processes that carry the bytes, with their pid.

    `prefix` stands before each path in the request line (the absolute form that a proxy needs), `headers` are sent
    with each request. `hold_tunnels` holds so many more tunnels while its block lasts. The first program is the one
    near the clients.
    """

    name: str
    port: int
    host_header: str
    prefix: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, int] = field(default_factory=dict)
    socks: SocksEntrance | None = None
    hold_tunnels: Callable[[int], AbstractContextManager[None]] | None = None

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
class SetupRun:
    """Connections made one after another, each from connecting to the end of a first small answer. Milliseconds."""

    subject: str
    connections: int
    p50: float
    p99: float
    cpu: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class IdleRun:
    """Memory in KiB that one program holds without and with so many idle things."""

    subject: str
    what: str
    program: str
    count: int
    before: int
    after: int

    @property
    def each(self) -> float:
        """KiB for one of them."""
        return (self.after - self.before) / self.count


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
    """What the part `find` measures. Times in seconds; of the resets the first one came right after the start.

    requests   for one destination
    turns      for many in turn
    start_cpu  processor time that each start took
    """

    requests: tuple[RequestRun, ...]
    turns: tuple[RequestRun, ...]
    listing: ListRun
    start: tuple[float, ...]
    start_cpu: tuple[float, ...]
    reset: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """Something that a user waits for. Seconds; `aim` is 0 where there is none."""

    what: str
    seconds: float
    aim: float


@dataclass(frozen=True, slots=True)
class Results:
    """Everything of one run of the benchmark."""

    requests: tuple[RequestRun, ...] = ()
    bulk: tuple[BulkRun, ...] = ()
    memory: tuple[MemoryRun, ...] = ()
    setup: tuple[SetupRun, ...] = ()
    idle: tuple[IdleRun, ...] = ()
    notes: tuple[str, ...] = ()
    find: FindRuns | None = None
    checks: tuple[Timing, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.requests or self.bulk or self.memory or self.setup or self.idle or self.find or self.checks)
