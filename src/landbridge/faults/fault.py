"""What a fault is: a catalogue row (`FaultKind`), one occurrence of it (`Fault`) and the exception that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from string import Formatter


class Origin(StrEnum):
    """Where a fault was born: the part of the path that has to act (design §4)."""

    CALLER = "caller"
    IDENTITY = "identity"
    DESTINATIONS = "destinations"
    GATEWAY = "gateway"
    TUNNEL = "tunnel"
    CONNECTOR = "connector"
    BACKEND = "backend"
    EDGE = "edge"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row of the catalogue.

    code       `area.problem`, stable for ever
    origin     where it is born
    status     HTTP status of the answer that reports it
    sentence   what happened; `{name}` marks a parameter
    action     what to do, imperative, ends with a full stop
    socks      SOCKS5 reply code (RFC 1928 §6; meanings of connectivity-proxy §7.2)
    exit       exit code of a command that ends with it (1..125)
    retry      whether trying again, unchanged, can help
    proves     (failure, cause) pairs of the failure catalogue
    body       the original's known text, where it differs from the sentence
    reference  specification section
    """

    code: str
    origin: Origin
    status: int
    sentence: str
    action: str
    socks: int = 1
    exit: int = 1
    retry: bool = False
    proves: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    reference: str = ""

    @property
    def fields(self) -> frozenset[str]:
        """Names of the parameters that sentence, action and body use."""
        texts = (self.sentence, self.action, self.body or "")
        return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)


@dataclass(frozen=True, slots=True)
class Fault:
    """One occurrence of a catalogue row, with its parameters. Build it with `landbridge.faults.fault`.

    mark    what it was brought about by, where somebody wanted it to happen (`landbridge.injection`)
    inside  internal names and addresses: for the log and the operator where it was born, never in an answer or a tunnel
    """

    kind: FaultKind
    params: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""
    inside: str = ""

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def sentence(self) -> str:
        return self.kind.sentence.format_map(self.params)

    @property
    def action(self) -> str:
        return self.kind.action.format_map(self.params)

    @property
    def body(self) -> str:
        """The text of an HTTP answer: the original's words where they are known, else our sentence."""
        return (self.kind.body or self.kind.sentence).format_map(self.params)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class FaultError(Exception):
    """Carries a fault up to where it is answered. The fault is frozen, the exception is not (traps §13)."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault
