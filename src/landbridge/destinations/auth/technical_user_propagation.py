"""OAuth2TechnicalUserPropagation: an application's token that the connector turns into a technical user (§4.13)."""

from __future__ import annotations

from dataclasses import replace

from landbridge.destinations.auth.client_credentials import client_credentials
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval

HEADER = "SAP-Connectivity-Technical-Authentication"


async def technical_user_propagation(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The token of client credentials, for the header that the connector reads. Raises `FaultError`."""
    return tuple(replace(token, header=HEADER) for token in await client_credentials(retrieval))
