"""What the service answers, before anybody makes HTTP of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from landbridge.faults import Fault, fault


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, entity tag and JSON body; 304 and 412 have no body.

    fault    set when the answer is a refusal
    items    a JSON list in chunks, instead of a body
    headers  more headers
    """

    status: int
    body: object = field(default=None, repr=False)
    etag: str = ""
    fault: Fault | None = None
    items: AsyncIterator[list[object]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def unmet(status: int, etag: str) -> Answer:
    """The answer to a condition that ends the request: 304 or 412, empty, with the tag (§2.1)."""
    refusal = fault("destination.precondition-failed", etag=etag) if status == 412 else None
    return Answer(status, etag=etag, fault=refusal)


def counted(count: int) -> Answer:
    """The answer to a write that says how many entities it met (§2.4)."""
    return Answer(200, {"Count": count})
