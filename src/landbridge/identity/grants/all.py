"""All grants by their names (destination-service §5.3)."""

from __future__ import annotations

from landbridge.identity.codes import AuthorizationCodes
from landbridge.identity.grants import (
    authorization_code,
    client_credentials,
    jwt_bearer,
    password,
    refresh_token,
    saml2_bearer,
    token_exchange,
    user_token,
)
from landbridge.identity.grants.assertion import Assertions
from landbridge.identity.login import Login
from landbridge.identity.parts import TokenParts
from landbridge.identity.refresh import RefreshTokens
from landbridge.identity.request import Grant


def all_grants(parts: TokenParts, refresh: RefreshTokens) -> dict[str, Grant]:
    """The grants of a token service."""
    db, clock = parts.db, parts.clock
    assertions = Assertions(db, parts.verifier, parts.foreign)
    saml = saml2_bearer.SamlAssertions(db, parts.issuer, clock)
    codes = AuthorizationCodes(db, clock, refresh)
    return {
        client_credentials.GRANT_TYPE: client_credentials.client_credentials,
        password.GRANT_TYPE: password.PasswordGrant(Login(db, parts.throttle)),
        jwt_bearer.GRANT_TYPE: jwt_bearer.JwtBearerGrant(assertions),
        authorization_code.GRANT_TYPE: authorization_code.AuthorizationCodeGrant(db, codes),
        refresh_token.GRANT_TYPE: refresh_token.RefreshTokenGrant(db, refresh),
        user_token.GRANT_TYPE: user_token.user_token,
        saml2_bearer.GRANT_TYPE: saml2_bearer.Saml2BearerGrant(saml),
        token_exchange.GRANT_TYPE: token_exchange.TokenExchangeGrant(assertions, saml),
    }
