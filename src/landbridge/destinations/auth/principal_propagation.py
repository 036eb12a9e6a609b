"""PrincipalPropagation: the client sends the user's token to the HTTP door itself (§4.14)."""

from __future__ import annotations

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval


async def principal_propagation(_: Retrieval) -> tuple[AuthToken, ...]:
    """No tokens: the client has the user's already, and fetches the one for the door with its own binding."""
    return ()
