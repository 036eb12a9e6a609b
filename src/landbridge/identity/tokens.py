"""The token service: who asks, for which tenant, by which grant; then the signature."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.faults.answer import header_text
from landbridge.identity import scopes, tenants
from landbridge.identity.admission import Admission
from landbridge.identity.claims import id_claims, token_claims
from landbridge.identity.codes import CHALLENGE_METHODS
from landbridge.identity.grants import user_token
from landbridge.identity.grants.all import all_grants
from landbridge.identity.grants.assertion import refusal
from landbridge.identity.ias import RESOURCE, ias_claims
from landbridge.identity.parts import TokenParts
from landbridge.identity.refresh import RefreshTokens
from landbridge.identity.request import Grant, Granted, GrantRequest, IssuedToken, Shape, TokenRequest
from landbridge.identity.saml_metadata import metadata
from landbridge.identity.userinfo import userinfo
from landbridge.identity.verify import ALGORITHM, TokenRejected
from landbridge.model.subaccount import Subaccount
from landbridge.store import ClientRepository

logger = logging.getLogger("landbridge.audit.token")


class TokenService:
    """Issues access tokens and publishes the keys they are signed with (destination-service §5)."""

    def __init__(self, parts: TokenParts) -> None:
        self._parts = parts
        self._admission = Admission(parts)
        self._refresh = RefreshTokens(parts.db, parts.clock)
        self._grants = all_grants(parts, self._refresh)

    async def issue(self, request: TokenRequest) -> IssuedToken:
        """The token that is asked for.

        Raises `FaultError` with a fault of the identity catalogue; `refusals.oauth_error` says how it is told.
        """
        grant = self._grant(request.parameters)
        by_user = request.parameters["grant_type"] == user_token.GRANT_TYPE
        admitted = await (self._admission.admit_user(request) if by_user else self._admission.admit(request))
        self._parts.limit.take(admitted.client.id, admitted.tenant.id)
        granted = await grant(admitted)
        narrowed = scopes.narrow(granted.scopes, _requested_scopes(admitted))
        issued = await self._answer(admitted, granted, narrowed)
        _log(request, admitted)
        return issued

    def token_keys(self) -> dict[str, Any]:
        """The key set. All tenants share it, so that no answer tells which tenants there are."""
        return self._parts.keyring.jwks()

    def token_key(self) -> dict[str, Any]:
        """The signing key alone, for old clients."""
        return self._parts.keyring.token_key()

    def userinfo(self, token: str) -> dict[str, Any]:
        """What the person behind a user token is called. Raises `FaultError`."""
        if not token:
            raise FaultError(fault("identity.user-token-missing"))
        try:
            verified = self._parts.verifier.verify(token)
        except TokenRejected as rejected:
            raise refusal(rejected) from rejected
        if not verified.is_user_token:
            raise FaultError(fault("identity.assertion-technical"))
        return userinfo(verified)

    async def saml_metadata(self, host: str) -> str:
        """The SAML metadata of the tenant that `host` names (XML). Raises `FaultError` (`identity.tenant-unknown`)."""
        tenant = await self._tenant(host)
        return metadata(self._parts.issuer, tenant.subdomain if tenant else "")

    async def discovery(self, host: str, base_url: str) -> dict[str, Any]:
        """The OpenID Connect discovery document of the tenant that `host` names.

        base_url  origin under which the client reached us: the dotted host of the issuer need not resolve for it

        Raises `FaultError` (`identity.tenant-unknown`).
        """
        tenant = await self._tenant(host)
        methods = ["client_secret_basic", "client_secret_post", "tls_client_auth", "private_key_jwt"]
        return {
            "issuer": self._parts.issuer.iss(tenant.subdomain if tenant else ""),
            "authorization_endpoint": f"{base_url}/oauth/authorize",
            "token_endpoint": f"{base_url}/oauth/token",
            "userinfo_endpoint": f"{base_url}/userinfo",
            "end_session_endpoint": f"{base_url}/logout.do",
            "jwks_uri": f"{base_url}/token_keys",
            "grant_types_supported": list(self._grants),
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "uaa.resource", "uaa.user", "user_attributes"],
            "subject_types_supported": ["public"],
            "token_endpoint_auth_methods_supported": methods,
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": list(CHALLENGE_METHODS),
            "tls_client_certificate_bound_access_tokens": True,
        }

    async def _tenant(self, host: str) -> Subaccount | None:
        async with self._parts.db.read() as session:
            return await tenants.of_host(session, self._parts.issuer.subdomain_of(host))

    def _grant(self, parameters: Mapping[str, str]) -> Grant:
        grant_type = parameters.get("grant_type", "")
        if not grant_type:
            raise FaultError(fault("identity.parameter-missing", parameter="grant_type"))
        grant = self._grants.get(grant_type)
        if grant is None:
            known = ", ".join(self._grants)
            raise FaultError(fault("identity.grant-unsupported", grant=grant_type[:100], known=known))
        return grant

    async def _answer(self, request: GrantRequest, granted: Granted, narrowed: tuple[str, ...]) -> IssuedToken:
        issuer, keyring, now = self._parts.issuer, self._parts.keyring, self._parts.clock()
        if request.shape is Shape.IAS:
            claims = ias_claims(request, granted, issuer, now, await self._resources(request))
        else:
            claims = token_claims(request, granted, narrowed, issuer, now)
        jku = issuer.jku(request.tenant.subdomain)
        openid = granted.openid or (request.shape is Shape.IAS and "openid" in narrowed)
        return IssuedToken(
            access_token=keyring.sign(claims, jku) if granted.access else None,
            expires_in=issuer.lifetime,
            scope=" ".join(narrowed),
            jti=claims["jti"],
            refresh_token=await self._refresh.issue(request, granted, narrowed) if granted.renews else "",
            id_token=keyring.sign(id_claims(request, granted, claims, now), jku) if openid else "",
            more=granted.answer,
        )

    async def _resources(self, request: GrantRequest) -> tuple[str, ...]:
        """The clients of the instance that `resource` names, of the client's own subaccount."""
        instance_id = request.parameters.get("resource", "").removeprefix(RESOURCE)
        async with self._parts.db.read() as session:
            clients = await ClientRepository(session).for_instance(instance_id) if instance_id else []
        return tuple(one.id for one in clients if one.subaccount_id == request.client.subaccount_id)


def _log(request: TokenRequest, admitted: GrantRequest) -> None:
    """Who got a token, and by which of the ways its tenant was chosen. Never the token."""
    if logger.isEnabledFor(logging.DEBUG):
        fields = {
            "client": admitted.client.id,
            "tenant": admitted.tenant.id,
            "grant": request.parameters["grant_type"],
            "host": header_text(request.host),
            "zid": header_text(request.zid),
        }
        logger.debug("token issued", extra=fields)


def _requested_scopes(request: GrantRequest) -> str:
    """user_token: the scopes of the token are those of the person; what the client may have shows at the refresh."""
    return "" if request.caller is not None else request.parameters.get("scope", "")
