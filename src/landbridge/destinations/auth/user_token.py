"""Whose token is wanted: the user token of the caller, verified before anything is done with it (§3.6, §4.0)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from landbridge.destinations.auth.foreign_keys import ForeignKeys, has_foreign_keys
from landbridge.faults import FaultError, fault
from landbridge.identity.verify import Rejection, TokenRejected, TokenVerifier
from landbridge.model.token import VerifiedToken

if TYPE_CHECKING:
    from landbridge.destinations.auth.retrieval import Retrieval

_FOREIGN = frozenset({Rejection.UNKNOWN_KEY, Rejection.BAD_SIGNATURE})
"""What our own verification says of a token that somebody else may have signed."""


@dataclass(frozen=True, slots=True)
class UserToken:
    """A user token that may be used. `is_ours` says whether our token service issued it."""

    raw: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    is_ours: bool

    @property
    def subdomain(self) -> str:
        """The tenant that it names: its zdn, else the first label of its issuer's host (§3.6)."""
        extra = self.claims.get("ext_attr")
        zdn = extra.get("zdn") if isinstance(extra, Mapping) else None
        if isinstance(zdn, str) and zdn:
            return zdn
        try:
            host = urlsplit(str(self.claims.get("iss", ""))).hostname or ""
        except ValueError:
            return ""
        return host.partition(".")[0] if "." in host else ""


class UserTokens:
    """Verifies user tokens.

    own      verifies what our token service issued
    foreign  keys of other issuers, which a destination names
    """

    def __init__(self, own: TokenVerifier, foreign: ForeignKeys) -> None:
        self._own = own
        self._foreign = foreign

    async def of(self, retrieval: Retrieval) -> UserToken:
        """The user token of X-user-token, else that of Authorization if a person stands behind it.

        Raises `FaultError`: there is none, it is not valid, or its tenant has nothing to do with the caller.
        """
        if retrieval.trusted:
            return UserToken(retrieval.trusted, _unverified(retrieval.trusted), is_ours=False)
        context = retrieval.context
        if not context.inputs.user_token:
            if not context.token.is_user_token:
                kind = retrieval.destination.authentication
                raise FaultError(fault("destination.user-token-missing", type=kind))
            return UserToken(context.raw_token, context.token.claims, is_ours=True)
        raw = context.inputs.user_token.strip()
        raw = raw[7:].strip() if raw[:7].lower() == "bearer " else raw
        try:
            token = self._own.verify(raw)
        except TokenRejected as rejected:
            if rejected.rejection in _FOREIGN and has_foreign_keys(retrieval.destination):
                claims = await self._foreign.claims(raw, retrieval.destination, retrieval.until)
                return UserToken(raw, claims, is_ours=False)
            raise _refusal(rejected) from rejected
        await _check(token, retrieval)
        return UserToken(raw, token.claims, is_ours=True)


async def _check(token: VerifiedToken, retrieval: Retrieval) -> None:
    """A token of ours must be one of a person, of a tenant that the caller may act for."""
    if not token.is_user_token:
        raise FaultError(fault("destination.user-token-invalid", reason="it stands for a client and not for a person"))
    own = token.tenant == retrieval.context.token.tenant
    if not own and not await retrieval.context.lookup.accepts_tenant(token.tenant):
        raise FaultError(fault("destination.user-tenant-foreign", tenant=token.tenant[:100]))


def _refusal(rejected: TokenRejected) -> FaultError:
    if rejected.rejection is Rejection.EXPIRED and rejected.expired is not None:
        expired = datetime.fromtimestamp(rejected.expired, UTC).isoformat(timespec="seconds")
        return FaultError(fault("destination.user-token-expired", expired=expired))
    if rejected.rejection is Rejection.UNKNOWN_KEY:
        return FaultError(fault("destination.user-token-untrusted"))
    return FaultError(fault("destination.user-token-invalid", reason=rejected.detail))


def _unverified(raw: str) -> Mapping[str, Any]:
    """Claims of a token that comes from its token service itself; none when it is no JWT."""
    try:
        middle = raw.split(".")[1]
        claims = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
