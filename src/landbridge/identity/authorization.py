"""The authorization-code flow (destination-service §5.7): who may ask, who logs in, where it leads back to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from landbridge.faults import Fault, FaultError, fault
from landbridge.identity import scopes, tenants
from landbridge.identity.codes import CHALLENGE_METHODS, AuthorizationCodes, CodeContent
from landbridge.identity.login import Login
from landbridge.identity.parts import TokenParts
from landbridge.identity.people import Person, own_person
from landbridge.identity.redirects import is_allowed
from landbridge.identity.refresh import RefreshTokens
from landbridge.identity.refusals import oauth_error
from landbridge.identity.sessions import Sessions
from landbridge.model.subaccount import Client, Subaccount
from landbridge.store import ClientRepository, InstanceRepository

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The parameters of GET /oauth/authorize, not yet judged."""

    host: str
    client_id: str
    redirect_uri: str
    response_type: str = "code"
    state: str = ""
    scope: str = ""
    nonce: str = ""
    prompt: str = ""
    challenge: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A request whose client and address of return are good: from here on, refusals go to the application."""

    request: AuthorizationRequest
    client: Client
    tenant: Subaccount

    def refused(self, occurrence: Fault) -> str:
        """Where the browser goes with a refusal (RFC 6749 §4.1.2.1)."""
        error = {
            "identity.login-required": "login_required",
            "identity.response-type-unsupported": "unsupported_response_type",
        }.get(occurrence.code, oauth_error(occurrence))
        return self._back({"error": error, "error_description": occurrence.sentence})

    def granted(self, code: str) -> str:
        """Where the browser goes with a code."""
        return self._back({"code": code})

    def _back(self, answer: dict[str, str]) -> str:
        parts = urlsplit(self.request.redirect_uri)
        state = {"state": self.request.state} if self.request.state else {}
        query = "&".join(filter(None, (parts.query, urlencode(answer | state))))
        return urlunsplit(parts._replace(query=query))


class AuthorizationService:
    """Logs people in and gives codes.

    loopback  whether applications on this machine need no registered address (laptop profile)
    """

    def __init__(self, parts: TokenParts, sessions: Sessions, loopback: bool) -> None:
        self._parts = parts
        self._loopback = loopback
        self._login = Login(parts.db, parts.throttle)
        self._codes = AuthorizationCodes(parts.db, parts.clock, RefreshTokens(parts.db, parts.clock))
        self.sessions = sessions

    async def begin(self, request: AuthorizationRequest) -> Authorization:
        """The client and the tenant of a login.

        Raises `FaultError`: such a refusal is shown to the person, never sent to an address nobody has checked.
        """
        for name in ("client_id", "redirect_uri"):
            if not getattr(request, name):
                raise FaultError(fault("identity.parameter-missing", parameter=name))
        async with self._parts.db.read() as session:
            by_host = await tenants.of_host(session, self._parts.issuer.subdomain_of(request.host))
            client = await ClientRepository(session).get(request.client_id)
            if client is None:
                raise FaultError(fault("identity.client-unknown", client=request.client_id[:200]))
            tenant = await tenants.for_client(session, client, by_host, "")
            instance = await InstanceRepository(session).get(client.instance_id)
        allowed = instance.redirect_uris if instance else ()
        if not is_allowed(request.redirect_uri, allowed, self._loopback):
            raise FaultError(fault("identity.redirect-refused", client=client.id, uri=request.redirect_uri[:200]))
        return Authorization(request, client, tenant)

    def check(self, authorization: Authorization) -> None:
        """What else must hold; the application is told (`Authorization.refused`). Raises `FaultError`."""
        request = authorization.request
        if request.response_type != "code":
            raise FaultError(fault("identity.response-type-unsupported", type=request.response_type[:100]))
        if request.method and request.method not in CHALLENGE_METHODS:
            reason = f"the method is not one of {', '.join(CHALLENGE_METHODS)}"
            raise FaultError(fault("identity.challenge-invalid", reason=reason))
        if (request.challenge or request.method) and not _CHALLENGE.fullmatch(request.challenge):
            reason = "it has not 43 to 128 characters of the allowed ones"
            raise FaultError(fault("identity.challenge-invalid", reason=reason))

    async def logged_in(self, authorization: Authorization, cookie: str) -> Person | None:
        """The person of this browser; None when somebody has to log in. Raises `FaultError` (`login-required`)."""
        found = self.sessions.find(cookie)
        person = None
        if found is not None and found.subaccount_id == authorization.tenant.id:
            async with self._parts.db.read() as session:
                person = await own_person(session, authorization.tenant, found.user)
        if person is None and authorization.request.prompt == "none":
            raise FaultError(fault("identity.login-required"))
        return None if authorization.request.prompt == "login" else person

    async def log_in(self, authorization: Authorization, name: str, password: str, address: str) -> Person:
        """Raises `FaultError`: `identity.user-wrong`, `identity.too-many-failures`."""
        return await self._login.person(authorization.tenant, name, password, address)

    async def finish(self, authorization: Authorization, person: Person) -> str:
        """Where the browser goes next: to the application, with a code. Raises `FaultError` (`scope-invalid`)."""
        request = authorization.request
        scopes.narrow(person.scopes, request.scope)
        method = (request.method or "plain") if request.challenge else ""
        content = CodeContent(
            authorization.tenant.id,
            authorization.client.id,
            person.user,
            request.redirect_uri,
            request.scope,
            request.nonce,
            request.challenge,
            method,
        )
        return authorization.granted(await self._codes.issue(content))

    async def may_return(self, client_id: str, uri: str) -> bool:
        """Whether a logout may lead to `uri`: the same addresses that a login may."""
        if not client_id:
            return is_allowed(uri, (), self._loopback)
        async with self._parts.db.read() as session:
            client = await ClientRepository(session).get(client_id)
            instance = await InstanceRepository(session).get(client.instance_id) if client else None
        return instance is not None and is_allowed(uri, instance.redirect_uris, self._loopback)
