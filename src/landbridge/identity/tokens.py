"""The token service: who asks, for which tenant, by which grant; then the signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.identity import scopes, tenants
from landbridge.identity.claims import token_claims
from landbridge.identity.credentials import authenticate
from landbridge.identity.grants import client_credentials, jwt_bearer, password
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.identity.request import Grant, GrantRequest, IssuedToken, TokenRequest
from landbridge.identity.verify import ALGORITHM, TokenVerifier
from landbridge.model.clock import Clock
from landbridge.store import Database


class TokenService:
    """Issues access tokens and publishes the keys they are signed with (destination-service §5)."""

    def __init__(self, db: Database, keyring: KeyRing, verifier: TokenVerifier, issuer: Issuer, clock: Clock) -> None:
        self._db = db
        self._keyring = keyring
        self._issuer = issuer
        self._clock = clock
        self._grants: dict[str, Grant] = {
            client_credentials.GRANT_TYPE: client_credentials.client_credentials,
            password.GRANT_TYPE: password.PasswordGrant(db),
            jwt_bearer.GRANT_TYPE: jwt_bearer.JwtBearerGrant(verifier),
        }

    async def issue(self, request: TokenRequest) -> IssuedToken:
        """The token that is asked for.

        Raises `FaultError` with a fault of the identity catalogue; `refusals.oauth_error` says how it is told.
        """
        grant = self._grant(request.parameters)
        grant_request = await self._admit(request)
        granted = await grant(grant_request)
        narrowed = scopes.narrow(granted.scopes, request.parameters.get("scope", ""))
        claims = token_claims(grant_request, granted, narrowed, self._issuer, self._clock())
        return IssuedToken(
            access_token=self._keyring.sign(claims, self._issuer.jku(grant_request.tenant.subdomain)),
            expires_in=self._issuer.lifetime,
            scope=" ".join(narrowed),
            jti=claims["jti"],
        )

    def token_keys(self) -> dict[str, Any]:
        """The key set. All tenants share it, so that no answer tells which tenants there are."""
        return self._keyring.jwks()

    def token_key(self) -> dict[str, Any]:
        """The signing key alone, for old clients."""
        return self._keyring.token_key()

    async def discovery(self, host: str, base_url: str) -> dict[str, Any]:
        """The OpenID Connect discovery document of the tenant that `host` names.

        base_url  origin under which the client reached us: the dotted host of the issuer need not resolve for it

        Raises `FaultError` (`identity.tenant-unknown`).
        """
        async with self._db.read() as session:
            tenant = await tenants.of_host(session, self._issuer.subdomain_of(host))
        return {
            "issuer": self._issuer.iss(tenant.subdomain if tenant else ""),
            "token_endpoint": f"{base_url}/oauth/token",
            "jwks_uri": f"{base_url}/token_keys",
            "grant_types_supported": list(self._grants),
            "response_types_supported": [],
            "scopes_supported": ["openid", "uaa.resource"],
            "subject_types_supported": ["public"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
        }

    async def _admit(self, request: TokenRequest) -> GrantRequest:
        """Tenant by host first, as an unknown host is answered before anybody proves anything; then the client."""
        zid = request.zid or request.parameters.get("app_tid", "")
        async with self._db.read() as session:
            by_host = await tenants.of_host(session, self._issuer.subdomain_of(request.host))
            client = await authenticate(session, request)
            tenant = await tenants.for_client(session, client, by_host, zid)
        return GrantRequest(client, tenant, request.parameters)

    def _grant(self, parameters: Mapping[str, str]) -> Grant:
        grant_type = parameters.get("grant_type", "")
        if not grant_type:
            raise FaultError(fault("identity.parameter-missing", parameter="grant_type"))
        grant = self._grants.get(grant_type)
        if grant is None:
            raise FaultError(fault("identity.grant-unsupported", grant=grant_type[:100]))
        return grant
