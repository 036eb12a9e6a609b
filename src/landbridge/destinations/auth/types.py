"""The authentication types by name (destination-service §4)."""

from __future__ import annotations

import logging
from types import MappingProxyType

from landbridge.destinations.auth.authorization_code import authorization_code
from landbridge.destinations.auth.basic import basic
from landbridge.destinations.auth.client_certificate import client_certificate
from landbridge.destinations.auth.client_credentials import client_credentials
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.jwt_bearer import jwt_bearer
from landbridge.destinations.auth.no_authentication import no_authentication
from landbridge.destinations.auth.password import password
from landbridge.destinations.auth.principal_propagation import principal_propagation
from landbridge.destinations.auth.refresh_token import refresh_token
from landbridge.destinations.auth.retrieval import AuthenticationType, Retrieval
from landbridge.destinations.auth.saml_assertion import saml_assertion
from landbridge.destinations.auth.saml_bearer import saml_bearer
from landbridge.destinations.auth.technical_user_propagation import technical_user_propagation
from landbridge.destinations.auth.token_exchange import token_exchange
from landbridge.destinations.auth.user_token_exchange import user_token_exchange
from landbridge.faults import FaultError, fault
from landbridge.faults.answer import header_text

_log = logging.getLogger(__name__)

TYPES: MappingProxyType[str, AuthenticationType] = MappingProxyType(
    {
        "NoAuthentication": no_authentication,
        "BasicAuthentication": basic,
        "ClientCertificateAuthentication": client_certificate,
        "PrincipalPropagation": principal_propagation,
        "SAMLAssertion": saml_assertion,
        "OAuth2ClientCredentials": client_credentials,
        "OAuth2JWTBearer": jwt_bearer,
        "OAuth2UserTokenExchange": user_token_exchange,
        "OAuth2SAMLBearerAssertion": saml_bearer,
        "OAuth2Password": password,
        "OAuth2RefreshToken": refresh_token,
        "OAuth2AuthorizationCode": authorization_code,
        "OAuth2TokenExchange": token_exchange,
        "OAuth2TechnicalUserPropagation": technical_user_propagation,
        "TokenForwarding": no_authentication,
    }
)

DEPRECATED = frozenset({"SAPAssertionSSO"})
"""Types of the original that it gives up; they are stored and returned, and say why there is no token."""


async def tokens_of(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The tokens of a destination. An unknown type has none, as in the original (§4.15), and no private link leads to a
    token service (§4.16). Raises `FaultError`.
    """
    name = retrieval.destination.authentication
    if name.startswith("OAuth2") and retrieval.destination.proxy_type.lower() == "privatelink":
        _log.info("no token by private link", extra={"destination": header_text(retrieval.destination.name)})
        return ()
    if name in DEPRECATED:
        raise FaultError(fault("destination.type-unsupported", type=name))
    kind = TYPES.get(name)
    if kind is None:
        _log.warning("unknown authentication type", extra={"type": name[:100]})
        return ()
    return await kind(retrieval)
