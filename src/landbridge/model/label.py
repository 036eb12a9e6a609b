"""Labels: keys with values that people hang on what they store (destination-service §1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LABEL_LIMIT = 10
"""Labels of one entity, and values of one label."""


class EntityKind(StrEnum):
    """What carries labels; names are unique per level and kind."""

    DESTINATION = "destination"
    FRAGMENT = "fragment"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Label:
    """A key with at least one value."""

    key: str
    values: tuple[str, ...]
