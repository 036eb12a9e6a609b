"""From a code to a fault, and the form in which a fault crosses the tunnel."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.faults.catalogue import CATALOGUE
from landbridge.faults.fault import Fault, FaultKind


class UnknownFaultCode(LookupError):
    """No row of the catalogue has this code."""


def kind(code: str) -> FaultKind:
    """The catalogue row of `code`. Raises `UnknownFaultCode`."""
    try:
        return CATALOGUE[code]
    except KeyError:
        raise UnknownFaultCode(code) from None


def fault(code: str, /, **params: object) -> Fault:
    """An occurrence of `code`. Every parameter of the row must be given; values are shown as text.

    Raises `UnknownFaultCode`, or `ValueError` when a parameter is missing (both are mistakes in our code).
    """
    row = kind(code)
    missing = row.fields - params.keys()
    if missing:
        raise ValueError(f"{code} needs {', '.join(sorted(missing))}")
    return Fault(row, {name: str(value) for name, value in params.items()})


def to_wire(occurrence: Fault) -> dict[str, object]:
    """The fault as it crosses the tunnel: code and parameters (docs/tunnel.md)."""
    return {"code": occurrence.code, "params": dict(occurrence.params)}


def from_wire(code: str, params: Mapping[str, str]) -> Fault:
    """The fault that the other side named. A code of a newer release becomes `tunnel.unknown-fault`."""
    row = CATALOGUE.get(code)
    if row is None or row.fields - params.keys():
        return Fault(CATALOGUE["tunnel.unknown-fault"], {"code": code[:100]})
    return Fault(row, params)
