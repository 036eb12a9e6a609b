"""What asks for a token, and what a grant makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from landbridge.faults import FaultError, fault
from landbridge.identity.client_certificates import Presented
from landbridge.model.subaccount import Client, Subaccount
from landbridge.model.token import VerifiedToken


class Shape(StrEnum):
    """Whose tokens ours have to look like: two services of the original issue tokens (destination-service §5.1)."""

    XSUAA = "xsuaa"
    IAS = "ias"


@dataclass(frozen=True, slots=True, repr=False)
class TokenRequest:
    """A request to the token endpoint, not yet judged.

    parameters     form and query together; they may hold secrets
    authorization  the Authorization header
    host           the Host header; its first label may name the tenant
    zid            the x-zid header: the tenant's id
    certificate    the client certificate of the connection, if there is one
    alias          what follows /oauth/token/alias/, for assertions of other subaccounts
    address        where the request comes from, for the count of failed logins
    shape          which endpoint it was
    """

    parameters: Mapping[str, str]
    authorization: str = ""
    host: str = ""
    zid: str = ""
    certificate: Presented | None = None
    alias: str = ""
    address: str = ""
    shape: Shape = Shape.XSUAA

    @property
    def bearer(self) -> str:
        """The token of a Bearer authorization, else empty."""
        scheme, _, token = self.authorization.strip().partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True, repr=False)
class GrantRequest:
    """A request of a client that proved itself, for a tenant that it may act in.

    thumbprint  of the certificate by which the client proved itself; the token is bound to it
    caller      the user token that took the place of the client's credentials (user_token)
    """

    client: Client
    tenant: Subaccount
    parameters: Mapping[str, str]
    thumbprint: str = ""
    address: str = ""
    alias: str = ""
    shape: Shape = Shape.XSUAA
    caller: VerifiedToken | None = None

    def required(self, name: str) -> str:
        """A parameter that must be there. Raises `FaultError` (`identity.parameter-missing`)."""
        value = self.parameters.get(name, "")
        if not value:
            raise FaultError(fault("identity.parameter-missing", parameter=name))
        return value


@dataclass(frozen=True, slots=True)
class Granted:
    """What a grant found out: whom the token speaks for, and what it may do.

    subject  the `sub` claim
    scopes   all scopes that could be granted; the request may narrow them
    claims   further claims about the subject
    user     name of the user of this tenant that stands behind it; empty for clients and people from elsewhere
    access   whether an access token is given at all
    renews   whether a refresh token goes with it
    family   the chain of refresh tokens that it continues; empty begins one
    openid   whether the person's identity was asked for: an ID token goes with it
    nonce    what the ID token has to repeat
    answer   further fields of the answer
    """

    subject: str
    scopes: tuple[str, ...]
    claims: Mapping[str, Any] = field(default_factory=dict)
    user: str = ""
    access: bool = True
    renews: bool = False
    family: str = ""
    openid: bool = False
    nonce: str = ""
    answer: Mapping[str, str] = field(default_factory=dict)


class Grant(Protocol):
    """A way to a token (destination-service §5.3). Refusals are `FaultError`s of the catalogue."""

    async def __call__(self, request: GrantRequest) -> Granted: ...


@dataclass(frozen=True, slots=True, repr=False)
class IssuedToken:
    """The answer of the token endpoint (destination-service §5.4). user_token gives no access token."""

    access_token: str | None
    expires_in: int
    scope: str
    jti: str
    refresh_token: str = ""
    id_token: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> dict[str, object]:
        optional = {"refresh_token": self.refresh_token, "id_token": self.id_token}
        return {
            "access_token": self.access_token,
            "token_type": "bearer",
            "expires_in": self.expires_in,
            "scope": self.scope,
            "jti": self.jti,
            **{name: value for name, value in optional.items() if value},
            **self.more,
        }
