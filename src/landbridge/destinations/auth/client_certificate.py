"""ClientCertificateAuthentication: the find answer carries the key store, the client does the rest (§4.3)."""

from __future__ import annotations

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval


async def client_certificate(_: Retrieval) -> tuple[AuthToken, ...]:
    """No tokens: what proves the client is in `certificates` (§3.5)."""
    return ()
