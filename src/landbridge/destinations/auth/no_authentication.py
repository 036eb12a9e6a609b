"""NoAuthentication, and TokenForwarding which some clients know: the service has nothing to add (§4.1, §4.15)."""

from __future__ import annotations

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval


async def no_authentication(_: Retrieval) -> tuple[AuthToken, ...]:
    """No tokens."""
    return ()
