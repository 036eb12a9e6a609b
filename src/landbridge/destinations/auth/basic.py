"""BasicAuthentication: user and password of the destination, ready as a header (destination-service §4.2)."""

from __future__ import annotations

from base64 import b64encode

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.faults import FaultError, fault


async def basic(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The Basic credentials. A MAIL destination has its own pair of properties (§1.3).

    Raises `FaultError` when the user is missing or holds a colon.
    """
    mail = retrieval.destination.type == "MAIL"
    user_key, password_key = ("mail.user", "mail.password") if mail else ("User", "Password")
    user = retrieval.required(user_key)
    if ":" in user:
        reason = "a user name of Basic authentication must not hold a colon"
        raise FaultError(fault("destination.property-invalid", property=user_key, reason=reason))
    return (AuthToken("Basic", basic_value(user, retrieval.destination.get(password_key))),)


def basic_value(user: str, password: str) -> str:
    """The credentials of the Basic scheme, in UTF-8 (RFC 7617)."""
    return b64encode(f"{user}:{password}".encode()).decode()
