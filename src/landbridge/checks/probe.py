"""What a probe is, and the scene it looks at."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from landbridge.checks.evidence import Effect, Evidence, Layer, Target
from landbridge.checks.manner import Manner
from landbridge.checks.observations import Observation
from landbridge.checks.terms import SshTerms, TlsTerms
from landbridge.model.clock import Clock
from landbridge.model.secret import Secret


class Dialler(Protocol):
    """Opens connections for probes, in the way in which traffic opens them."""

    async def open(self, host: str, port: int, seconds: float) -> socket.socket:
        """A connected, non-blocking socket. Raises `DialFailed`."""
        ...

    def permits(self, address: str) -> str:
        """Empty when `address` (numeric) may be connected to, else why not."""
        ...


@dataclass(frozen=True, slots=True)
class Logon:
    """Secrets that probes may use. They never enter evidence.

    certificate, key  PEM of a client certificate with its chain, and its private key
    """

    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
    token: Secret = field(default_factory=lambda: Secret(""))
    certificate: str = ""
    key: Secret = field(default_factory=lambda: Secret(""))


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to trust: certificates (PEM) and where they came from."""

    source: str = "nothing"
    certificates: tuple[str, ...] = ()


HARMLESS = frozenset((Effect.PASSIVE, Effect.HANDSHAKE, Effect.SAFE))
"""What probes may do when nobody asked for more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a probe works with.

    manner      how the client asks that is looked into, where the protocol leaves a choice
    tls, ssh    how it does these two
    addresses   of the target, instead of those of its name; empty: those of its name
    seconds     time for one probe
    allowed     effects that are permitted; intrusive ones only when somebody asked for them
    refuses     why a path (with its query) may not be asked for over HTTP; empty: it may
    """

    target: Target
    dialler: Dialler
    clock: Clock
    logon: Logon = field(default_factory=Logon)
    trust: Trust = field(default_factory=Trust)
    manner: Manner = field(default_factory=Manner)
    tls: TlsTerms = field(default_factory=TlsTerms)
    ssh: SshTerms = field(default_factory=SshTerms)
    addresses: tuple[str, ...] = ()
    seconds: float = 10.0
    allowed: frozenset[Effect] = HARMLESS
    refuses: Callable[[str], str] = lambda path: ""


Look = Callable[[Scene, Evidence], Awaitable[Sequence[Observation]]]
"""Measures, and gives what it saw. `Evidence` holds the steps that came before. Raises `DialFailed` or `OSError` when
the connection cannot be had: the plan writes that down."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One measurement.

    name    unique in a plan
    aside   it only compares: that it fails is no trouble by itself
    after   probes that must have passed before; if one did not, this one is skipped and says so
    longer  seconds that it takes beyond those of a measurement, because somebody asked for it
    waits   probes that it waits for whatever they saw; those that the plan does not have are passed over
    wanted  whether it is part of the run at all: not, when it answers a question that nobody asked
    ready   empty when it makes sense, else why it is skipped ("no user was given")
    """

    name: str
    layer: Layer
    effect: Effect
    look: Look
    after: tuple[str, ...] = ()
    aside: bool = False
    longer: float = 0.0
    waits: tuple[str, ...] = ()
    wanted: Callable[[Scene], bool] = lambda scene: True
    ready: Callable[[Scene, Evidence], str] = lambda scene, evidence: ""
