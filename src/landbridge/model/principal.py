"""Who stands behind a request at the backend: the key that keeps backend connections apart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """The propagated identity. `NOBODY` means that the request carries none."""

    kind: str
    name: str


NOBODY = Principal("none", "")
