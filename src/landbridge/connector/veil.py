"""Takes internal names and addresses out of evidence before it leaves the connector. Certificates stay as they are."""

from __future__ import annotations

from msgspec.structs import replace

from landbridge.checks.evidence import Evidence, Step, Target
from landbridge.checks.observations import (
    AddressTried,
    BackendAnswered,
    BackendConnected,
    ConnectorState,
    MappingSeen,
    NameResolved,
    NothingSeen,
    Observation,
    TlsHandshake,
    TrustAnchors,
)

_NAME = "<internal>"


def veiled(evidence: Evidence, host: str, port: int) -> Evidence:
    """The evidence as if the backend were called by its virtual `host` and `port`; addresses are numbered."""
    resolved = evidence.all(NameResolved)
    addresses = {address: number for fact in resolved for number, address in enumerate(fact.addresses, 1)}

    def hidden(fact: Observation) -> Observation:
        match fact:
            case NameResolved():
                numbered = tuple(_numbered(addresses[one]) for one in fact.addresses)
                return replace(fact, host=host, addresses=numbered)
            case AddressTried():
                return replace(fact, address=_numbered(addresses.get(fact.address, 0)), port=port)
            case TlsHandshake():
                return replace(fact, host=host, port=port, server_name=_NAME if fact.server_name else "")
            case ConnectorState() | MappingSeen() | BackendConnected() | BackendAnswered() | TrustAnchors():
                return fact
            case _:
                # What nobody looked at for internal names does not leave.
                return NothingSeen(reason="not told outside the connector")

    steps = tuple(_with(step, tuple(map(hidden, step.seen))) for step in evidence.steps)
    target = Target(protocol=evidence.target.protocol, host=host, port=port)
    return replace(evidence, target=target, steps=steps)


def _with(step: Step, seen: tuple[Observation, ...]) -> Step:
    return replace(step, seen=seen)


def _numbered(number: int) -> str:
    return f"internal address {number}"
