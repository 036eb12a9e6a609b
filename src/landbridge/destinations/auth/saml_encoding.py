"""How an assertion is written into a form or a header (property `samlAssertionEncoding`, §4.7)."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.faults import FaultError, fault

_PROPERTY = "samlAssertionEncoding"


def encoded(retrieval: Retrieval, xml: bytes, default: str) -> str:
    """The assertion in base64, or in base64url without padding (RFC 7522 §2.1). Raises `FaultError`."""
    encoding = (retrieval.destination.get(_PROPERTY) or default).lower()
    if encoding == "base64":
        return b64encode(xml).decode()
    if encoding == "base64url":
        return urlsafe_b64encode(xml).decode().rstrip("=")
    reason = "it must be base64 or base64url"
    raise FaultError(fault("destination.property-invalid", property=_PROPERTY, reason=reason))
