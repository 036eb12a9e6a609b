"""What asks for a token, and what a grant makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from landbridge.faults import FaultError, fault
from landbridge.model.subaccount import Client, Subaccount


@dataclass(frozen=True, slots=True, repr=False)
class TokenRequest:
    """A request to the token endpoint, not yet judged.

    parameters     form and query together; they may hold secrets
    authorization  the Authorization header
    host           the Host header; its first label may name the tenant
    zid            the x-zid header: the tenant's id
    """

    parameters: Mapping[str, str]
    authorization: str = ""
    host: str = ""
    zid: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class GrantRequest:
    """A request of a client that proved itself, for a tenant that it may act in."""

    client: Client
    tenant: Subaccount
    parameters: Mapping[str, str]

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
    """

    subject: str
    scopes: tuple[str, ...]
    claims: Mapping[str, Any] = field(default_factory=dict)


class Grant(Protocol):
    """A way to a token (destination-service §5.3). Refusals are `FaultError`s of the catalogue."""

    async def __call__(self, request: GrantRequest) -> Granted: ...


@dataclass(frozen=True, slots=True, repr=False)
class IssuedToken:
    """The answer of the token endpoint (destination-service §5.4)."""

    access_token: str
    expires_in: int
    scope: str
    jti: str

    def answer(self) -> dict[str, object]:
        return {
            "access_token": self.access_token,
            "token_type": "bearer",
            "expires_in": self.expires_in,
            "scope": self.scope,
            "jti": self.jti,
        }
