"""Types that need nothing from the service: clients call as they are, or send the user's token themselves (§4.14)."""

from __future__ import annotations

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval


async def without_tokens(_: Retrieval) -> tuple[AuthToken, ...]:
    """No tokens."""
    return ()
