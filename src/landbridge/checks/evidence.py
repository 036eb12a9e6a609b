"""Evidence: all that one run of probes saw, in order. It can be stored and judged again."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

import msgspec

from landbridge.checks.conversation import Conversation
from landbridge.checks.observations import Observation

T = TypeVar("T")


class Effect(StrEnum):
    """What a probe does to its target (failure-catalogue §0.7)."""

    PASSIVE = "passive"
    HANDSHAKE = "handshake"
    SAFE = "safe"
    INTRUSIVE = "intrusive"


class Layer(StrEnum):
    """The part of the way that a probe looks at, bottom-up (failure-catalogue §0.3)."""

    DESTINATION = "destination"
    TOKEN = "token"
    NAME = "name"
    TCP = "tcp"
    PROXY = "proxy"
    TUNNEL = "tunnel"
    MAPPING = "mapping"
    TLS_SERVER = "tls-server-identity"
    TLS_CLIENT = "tls-client-identity"
    PROTOCOL = "protocol"
    AUTHENTICATION = "authentication"
    AUTHORISATION = "authorisation"
    ROUTE = "route"
    SESSION = "session"
    APPLICATION = "application"
    CONTENT = "content"


class Perspective(StrEnum):
    """For whom the target is looked at."""

    RECEIVER = "receiver"
    """We call it: what stands in our way?"""
    ENDPOINT = "endpoint"
    """Others call it: what stands in theirs?"""


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is looked at.

    protocol     name of the plan: tls, http, ssh, ...
    scheme       of its URL; empty: the usual one of the protocol
    host, port   where it is, for whoever looks
    path         of an HTTP request, with its query
    location     connector that looked, as `location:ID`; empty: this program looked itself
    user         who logs on; never a secret
    conversation  how to speak with a mail server or a directory
    """

    protocol: str
    scheme: str = ""
    host: str
    port: int
    path: str = "/"
    location: str = ""
    user: str = ""
    perspective: Perspective = Perspective.RECEIVER
    conversation: Conversation = Conversation()

    @property
    def address(self) -> str:
        """host:port, as people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One probe of a run.

    skipped       why it was not made; then there is nothing in `seen`
    aside         it only compares: the way may lead on although it failed
    milliseconds  that it took
    """

    probe: str
    layer: Layer
    effect: Effect
    skipped: str = ""
    aside: bool = False
    milliseconds: float = 0.0
    seen: tuple[Observation, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it was made, and the way leads on."""
        leads_on = any(fact.good for fact in self.seen)
        return not self.skipped and leads_on and not any(fact.ends for fact in self.seen)


class LastGood(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was seen of a target when nothing was wrong, by name. `at`: seconds since the epoch."""

    at: float
    seen: dict[str, str]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that was seen of a target.

    at         time of the run (seconds since the epoch)
    last_good  how the target was when nothing was wrong, if somebody remembers
    """

    target: Target
    at: float
    steps: tuple[Step, ...] = ()
    last_good: LastGood | None = None

    def facts(self) -> Iterator[Observation]:
        """All facts, in the order of the plan."""
        return (fact for step in self.steps for fact in step.seen)

    def all(self, kind: type[T]) -> tuple[T, ...]:
        """The facts of one kind."""
        return tuple(fact for fact in self.facts() if isinstance(fact, kind))

    def first(self, kind: type[T]) -> T | None:
        """The first fact of that kind."""
        return next(iter(self.all(kind)), None)

    def step(self, probe: str) -> Step | None:
        """What became of a probe; None when the plan does not have it."""
        return next((step for step in self.steps if step.probe == probe), None)


def stored(evidence: Evidence) -> bytes:
    """Evidence as JSON."""
    return msgspec.json.encode(evidence)


def restored(data: bytes) -> Evidence:
    """What `stored` gave. Raises `msgspec.ValidationError` (a `ValueError`) for anything else."""
    return msgspec.json.decode(data, type=Evidence)
