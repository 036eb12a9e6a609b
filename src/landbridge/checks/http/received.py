"""What came back for a request. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from landbridge.checks.http.body import Body, decoded
from landbridge.checks.http.head import Head


@dataclass(slots=True)
class Received:
    """What came back. It fills while it comes, so that something is there when the time is up.

    problem  empty, or why there is no status (`HttpAnswer.problem`)
    first    the first bytes, when they are no HTTP
    """

    problem: str = "silent"
    head: Head | None = None
    body: Body = field(default_factory=lambda: Body(0, done=True))
    first: bytes = b""
    first_byte: float = 0.0
    ended: float = 0.0
    lasts: bool = False

    @property
    def content(self) -> bytes:
        """The content, decompressed as far as the limit allows."""
        if self.head is None:
            return b""
        return decoded(bytes(self.body.content), self.head.get("content-encoding"))
