"""Scopes: a request may ask for fewer than it could get, never for more."""

from __future__ import annotations

from landbridge.faults import FaultError, fault


def split(text: str) -> set[str]:
    """Scopes are separated by spaces or commas: xssec joins them with a comma (destination-service §5.3)."""
    return set(text.replace(",", " ").split())


def narrow(granted: tuple[str, ...], requested: str) -> tuple[str, ...]:
    """The granted scopes that `requested` names, in the order of `granted`; all of them when it names none.

    Raises `FaultError` (`identity.scope-invalid`).
    """
    wanted = split(requested)
    if not wanted:
        return granted
    unknown = sorted(wanted.difference(granted))
    if unknown:
        raise FaultError(fault("identity.scope-invalid", scopes=" ".join(unknown)[:200]))
    return tuple(scope for scope in granted if scope in wanted)
