"""Who asks for a token, and for which tenant: all that comes before the grant (destination-service §5.2, §5.3)."""

from __future__ import annotations

from landbridge.faults import FaultError, fault
from landbridge.identity import tenants
from landbridge.identity.credentials import Candidate, authenticate, prove, proves_by_certificate
from landbridge.identity.grants.assertion import refusal
from landbridge.identity.parts import TokenParts
from landbridge.identity.request import GrantRequest, TokenRequest
from landbridge.identity.verify import TokenRejected
from landbridge.model.subaccount import Client, Subaccount
from landbridge.model.token import VerifiedToken
from landbridge.store import ClientRepository, SubaccountRepository


class Admission:
    """Turns a request into one of a proven client for a tenant."""

    def __init__(self, parts: TokenParts) -> None:
        self._parts = parts

    async def admit(self, request: TokenRequest) -> GrantRequest:
        """Tenant by host first, as an unknown host is answered before anybody proves anything; then the client.

        Raises `FaultError`.
        """
        if self._parts.issuer.demands_certificate(request.host) and request.certificate is None:
            raise FaultError(fault("identity.certificate-missing"))
        by_host = await self._named_tenant(request)
        client = await self._client(request)
        async with self._parts.db.read() as session:
            tenant = await tenants.for_client(session, client, by_host, _zid(request))
        thumbprint = request.certificate.thumbprint if request.certificate and proves_by_certificate(request) else ""
        return _grant_request(request, client, tenant, thumbprint)

    async def admit_user(self, request: TokenRequest) -> GrantRequest:
        """A user token in place of the client's credentials; `client_id` names the client that shall get something.

        Raises `FaultError`.
        """
        by_host = await self._named_tenant(request)
        caller = self._caller(request)
        client_id = request.parameters.get("client_id", "")
        if not client_id:
            raise FaultError(fault("identity.parameter-missing", parameter="client_id"))
        async with self._parts.db.read() as session:
            client = await ClientRepository(session).get(client_id)
            tenant = await SubaccountRepository(session).get(caller.tenant)
            allowed = client is not None and await tenants.may_act_in(session, client, caller.tenant)
        if client is None or tenant is None or not allowed:
            raise FaultError(fault("identity.client-unknown", client=client_id[:200]))
        if by_host is not None and by_host.id != tenant.id:
            raise FaultError(fault("identity.assertion-foreign", tenant=by_host.subdomain))
        return _grant_request(request, client, tenant, "", caller)

    async def _named_tenant(self, request: TokenRequest) -> Subaccount | None:
        issuer = self._parts.issuer
        subdomain = issuer.subdomain_of(request.host)
        if request.alias:
            subdomain = subdomain or issuer.subdomain_of(request.alias)
            if request.alias.lower() != issuer.host(subdomain).lower():
                raise FaultError(fault("identity.alias-unknown", alias=request.alias[:200]))
        async with self._parts.db.read() as session:
            return await tenants.of_host(session, subdomain)

    async def _client(self, request: TokenRequest) -> Client:
        async with self._parts.db.read() as session:
            found = await authenticate(session, request, self._parts.clock)
        if not isinstance(found, Candidate):
            return found
        issuer = self._parts.issuer
        async with self._parts.db.read() as session:
            own = await SubaccountRepository(session).get(found.client.subaccount_id)
        subdomains = ("", own.subdomain) if own is not None else ("",)
        audiences = [name for subdomain in subdomains for name in (issuer.iss(subdomain), issuer.origin(subdomain))]
        return await prove(found, self._parts.foreign, audiences)

    def _caller(self, request: TokenRequest) -> VerifiedToken:
        if not request.bearer:
            raise FaultError(fault("identity.user-token-missing"))
        try:
            return self._parts.verifier.verify(request.bearer)
        except TokenRejected as rejected:
            raise refusal(rejected) from rejected


def _zid(request: TokenRequest) -> str:
    return request.zid or request.parameters.get("app_tid", "")


def _grant_request(
    request: TokenRequest, client: Client, tenant: Subaccount, thumbprint: str, caller: VerifiedToken | None = None
) -> GrantRequest:
    return GrantRequest(
        client, tenant, request.parameters, thumbprint, request.address, request.alias, request.shape, caller
    )
