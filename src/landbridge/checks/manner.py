"""How a client asks: what the one does that meets the failure, so that probes meet it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from landbridge.model.secret import Secret


class Framing(StrEnum):
    """How the length of a request's body is said (RFC 9112 §6)."""

    LENGTH = "length"
    NONE = "none"
    """Neither length nor chunks, as clients do that have no body at all."""
    CHUNKED = "chunked"
    BOTH = "both"


class Style(StrEnum):
    """How a client names itself to a token service (RFC 6749 §2.3.1)."""

    HEADER = "header"
    BODY = "body"


ALL_COOKIES = "all"
NO_COOKIES = "none"


@dataclass(frozen=True, slots=True)
class Manner:
    """The client's way of asking over HTTP.

    accept      kind of content that it wants; empty: what clients of the protocol want
    headers     of its own; a `Secret` value is sent and never shown
    follow      whether it follows redirects
    sap_client  client of the ABAP system in which the user lives; empty: not known
    csrf        whether it fetches a token before it changes something
    cookies     which cookies it sends back: `all`, `none`, or their names with commas between
    body        of a POST, and its kind
    framing     how it says the length of that body
    style       how it names itself to a token service
    scope       what it asks of a token service
    """

    accept: str = ""
    headers: tuple[tuple[str, str | Secret], ...] = field(default=())
    follow: bool = False
    sap_client: str = ""
    csrf: bool = False
    cookies: str = ALL_COOKIES
    body: bytes = b""
    content_type: str = ""
    framing: Framing = Framing.LENGTH
    style: Style = Style.HEADER
    scope: str = ""

    def returns(self, cookie: str) -> bool:
        """Whether it sends this cookie back."""
        if self.cookies in (ALL_COOKIES, NO_COOKIES):
            return self.cookies == ALL_COOKIES
        return cookie in self.cookies.split(",")
