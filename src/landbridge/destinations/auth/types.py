"""The authentication types by name (destination-service §4)."""

from __future__ import annotations

from types import MappingProxyType

from landbridge.destinations.auth.basic import basic
from landbridge.destinations.auth.client_credentials import client_credentials
from landbridge.destinations.auth.entry import AuthToken, FailedToken
from landbridge.destinations.auth.retrieval import AuthenticationType, Retrieval
from landbridge.destinations.auth.without_tokens import without_tokens
from landbridge.faults import FaultError, fault

TYPES: MappingProxyType[str, AuthenticationType] = MappingProxyType(
    {
        "NoAuthentication": without_tokens,
        "PrincipalPropagation": without_tokens,
        "TokenForwarding": without_tokens,
        "BasicAuthentication": basic,
        "OAuth2ClientCredentials": client_credentials,
    }
)

LATER = frozenset(
    {
        "ClientCertificateAuthentication",
        "OAuth2JWTBearer",
        "OAuth2UserTokenExchange",
        "OAuth2SAMLBearerAssertion",
        "SAMLAssertion",
        "OAuth2Password",
        "OAuth2RefreshToken",
        "OAuth2AuthorizationCode",
        "OAuth2TokenExchange",
        "OAuth2TechnicalUserPropagation",
        "SAPAssertionSSO",
    }
)
"""Types of the original that are stored and returned, but not acted on yet."""


async def entries(retrieval: Retrieval) -> tuple[AuthToken | FailedToken, ...]:
    """The entries of `authTokens`; what goes wrong is an entry too (§3.7)."""
    name = retrieval.destination.authentication
    try:
        return await _type(name)(retrieval)
    except FaultError as error:
        return (FailedToken(error.fault, oauth=name.startswith("OAuth2")),)


def _type(name: str) -> AuthenticationType:
    if name in TYPES:
        return TYPES[name]
    if name in LATER:
        raise FaultError(fault("destination.type-unsupported", type=name))
    raise FaultError(fault("destination.type-unknown", type=name[:100]))
