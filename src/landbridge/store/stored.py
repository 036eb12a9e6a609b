"""What is kept on a level, with what the store knows about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """A noun as it is stored. `etag` is the noun's own; `created` and `modified` are milliseconds since the epoch.

    shared  whether a subscriber's people may reach it (on the level of a subscription only)
    """

    noun: T
    etag: str
    created: int
    modified: int
    shared: bool = False
