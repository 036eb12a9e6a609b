"""Token in, identity out: the steps in order, each with its own fault (cloud-connector §3.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping as Dict
from datetime import UTC, datetime

from cryptography import x509

from landbridge.connector.propagation.certificate import CertificateIssuer, ShortLived
from landbridge.connector.propagation.principal import Identity, Step, anonymous
from landbridge.connector.propagation.subject import Unresolved, subject, variables
from landbridge.connector.propagation.token import TokenCheck, UserToken, unverified_claims
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.mapping import Mapping
from landbridge.model.principal import Principal
from landbridge.model.propagation import SubjectRule
from landbridge.wire.messages import Open

_SHOWN_CLAIMS = ("iss", "sub", "zid", "grant_type", "user_name", "email", "origin", "client_id", "exp")


class Propagator:
    """Decides who a request acts for. One for each connector; what it keeps is keyed by token and by subject."""

    def __init__(self, check: TokenCheck, rules: tuple[SubjectRule, ...], issuer: CertificateIssuer | None) -> None:
        self._check = check
        self._rules = rules
        self._issuer = issuer

    def known(self, opening: Open, mapping: Mapping) -> Identity | None:
        """The identity, when nothing has to be signed for it; else None. Raises `FaultError` (`principal.*`)."""
        raw = opening.user_token or opening.technical_token
        if not raw or not mapping.authentication_mode.propagates:
            return anonymous(mapping)
        token, name, steps = self._subject(opening, raw)
        issued = self._usable_issuer(opening, token).cached(name)
        return _identity(token, name, issued, [*steps, _certificate_step(issued, "from the cache")]) if issued else None

    async def make(self, opening: Open, mapping: Mapping) -> Identity:
        """The identity, with a new certificate. Raises `FaultError` (`principal.*`)."""
        token, name, steps = self._subject(opening, opening.user_token or opening.technical_token)
        issuer = self._usable_issuer(opening, token)
        try:
            issued = await asyncio.to_thread(issuer.issue, name)
        except ValueError as error:
            raise FaultError(_authority_fault(opening, token, str(error))) from None
        issuer.remember(name, issued)
        return _identity(token, name, issued, [*steps, _certificate_step(issued, "new")])

    def unverified(self, opening: Open) -> tuple[Step, ...]:
        """The step of a trace that says what came, for a token that did not get any further."""
        raw = opening.user_token or opening.technical_token
        if not raw:
            return ()
        kind = "user" if opening.user_token else "technical user"
        try:
            claims = _shown(unverified_claims(raw))
        except FaultError:
            claims = {}
        return ({"step": "token received", "as": kind, "verified": "no", **claims},)

    def _subject(self, opening: Open, raw: str) -> tuple[UserToken, x509.Name, list[Step]]:
        token = self._check.verify(raw, technical=bool(opening.technical_token))
        found = variables(token)
        try:
            name, number = subject(self._rules, found)
        except Unresolved as unresolved:
            user = found.get("name", "unknown")
            raise FaultError(
                fault(
                    "principal.subject-unresolved",
                    user=user,
                    host=opening.host,
                    port=opening.port,
                    reason=unresolved,
                )
            ) from None
        steps = [
            {"step": "token received", "as": "technical user" if token.technical else "user", **_shown(token.claims)},
            {"step": "token verified", "issuer": token.issuer, "key": token.key_id},
            {"step": "subject chosen", "rule": str(number), "subject": name.rfc4514_string()},
        ]
        return token, name, steps

    def _usable_issuer(self, opening: Open, token: UserToken) -> CertificateIssuer:
        if self._issuer is None:
            raise FaultError(_authority_fault(opening, token, "no authority is set up"))
        return self._issuer


def _identity(token: UserToken, name: x509.Name, issued: ShortLived, steps: list[Step]) -> Identity:
    kind = "technical" if token.technical else "user"
    lines = f"SSL_CLIENT_CERT: {issued.header}\r\n".encode("ascii")
    return Identity(Principal(kind, name.rfc4514_string()), lines, tuple(steps))


def _authority_fault(opening: Open, token: UserToken, reason: str) -> Fault:
    user = variables(token).get("name", "unknown")
    return fault("principal.authority-unusable", user=user, host=opening.host, port=opening.port, reason=reason)


def _certificate_step(issued: ShortLived, source: str) -> Step:
    return {
        "step": "certificate issued",
        "source": source,
        "serial": issued.serial,
        "from": _moment(issued.begins),
        "until": _moment(issued.ends),
    }


def _shown(claims: Dict[str, object]) -> Step:
    return {name: str(claims[name])[:200] for name in _SHOWN_CLAIMS if name in claims}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
