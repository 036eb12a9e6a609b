"""`--limit NAME=NUMBER`: the limits of docs/limits.md, from the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Block = TypeVar("Block", bound=DataclassInstance)

_NEVER = frozenset(
    {
        "head_timeout",
        "idle_timeout",
        "body_timeout",
        "open_timeout",
        "write_timeout",
        "socks_first_bytes_delay",
        "first_byte_timeout",
        "body_idle_timeout",
    }
)
"""Where 0 seconds means that there is no limit, or no waiting."""
_ELSEWHERE = frozenset({"connections"})
"""What has an option of its own."""


def read_limits(texts: Iterable[str], *blocks: DataclassInstance) -> dict[str, float]:
    """Numbers by name, from `name=number` each; a later one counts more.

    blocks  the settings whose numbers may be named
    Raises `FaultError` (`platform.setting-invalid`).
    """
    known = {one.name: getattr(block, one.name) for block in blocks for one in fields(block)}
    known = {name: value for name, value in known.items() if type(value) in (int, float) and name not in _ELSEWHERE}
    found: dict[str, float] = {}
    for text in texts:
        name, _, number = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in known:
            raise _invalid(text, f"name=number, the name one of {', '.join(known)}")
        found[name] = _size(name, number, text) if isinstance(known[name], int) else _seconds(name, number, text)
    return found


def limited(block: Block, limits: Mapping[str, float]) -> Block:
    """The settings with those of the limits that are theirs."""
    changes: dict[str, Any] = {one.name: limits[one.name] for one in fields(block) if one.name in limits}
    return replace(block, **changes)


def _size(name: str, number: str, given: str) -> int:
    try:
        size = int(number)
    except ValueError:
        size = 0
    if not 1 <= size <= 2**40:
        raise _invalid(given, f"{name}= and a whole number of at least 1")
    return size


def _seconds(name: str, number: str, given: str) -> float:
    try:
        seconds = float(number)
    except ValueError:
        seconds = -1
    if not (0 < seconds <= 10**9 or (seconds == 0 and name in _NEVER)):
        raise _invalid(given, f"{name}= and seconds{', 0 for none' if name in _NEVER else ', more than 0'}")
    return seconds


def _invalid(text: str, expected: str) -> FaultError:
    return FaultError(fault("platform.setting-invalid", setting="limit", value=text[:100], expected=expected))
