"""May this request pass, and where to? (connectivity-proxy §3.5, §4.1, §4.3, §4.4)"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.mode import DoorMode
from landbridge.gateway.reading import Reading
from landbridge.gateway.regions import Regions
from landbridge.identity.verify import Rejection, TokenRejected, TokenVerifier
from landbridge.model.token import VerifiedToken
from landbridge.wire.http1 import RequestHead

_ABSOLUTE = re.compile(rb"[Hh][Tt][Tt][Pp]://([A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?(?![A-Za-z0-9_.:@-])(.*)", re.DOTALL)
_HTTPS = re.compile(rb"https://", re.IGNORECASE)
_ORIGIN_LIMIT = 280
"""Where the path of a request to the longest possible host name begins at the latest."""
_AUTHORITY = re.compile(rb"([A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?")


@lru_cache(maxsize=1024)
def is_connectivity_client(client_id: str) -> bool:
    """Whether the token was issued to a clone of the connectivity service (connectivity-proxy §3.5 step 5)."""
    return client_id.rpartition("|")[2].startswith("connectivity!")


@dataclass(slots=True)
class Admitted:
    """A request that may pass: whose it is, where it goes, and what of it goes on.

    block    header lines for the backend, without Host, framing, hop-by-hop and technical headers
    target   origin form, byte for byte as it was sent
    account  consumer account that the client named; it binds the connection and chooses nothing
    """

    tenant: str
    location: str
    host: str
    port: int
    target: str
    block: bytes
    user_token: str
    technical_token: str
    upgrade: bool
    keep_alive: bool
    account: str = ""


class Admission:
    """Judges request heads, by the mode of the door. Holds no state but the verifier's cache."""

    def __init__(
        self,
        verifier: TokenVerifier,
        accepts_client: Callable[[str], bool] = is_connectivity_client,
        mode: DoorMode = DoorMode(),
        regions: Regions = Regions(),
    ) -> None:
        self._regions = regions
        self._verifier = verifier
        self._accepts_client = accepts_client
        self.mode = mode

    def admit(self, head: RequestHead, reading: Reading) -> Admitted:
        """The admitted request. Raises `FaultError` (`proxy.*`), in the order of connectivity-proxy §4.4."""
        if head.method == b"CONNECT" or _HTTPS.match(head.target):
            raise FaultError(fault("proxy.https-unsupported", target=_shown(head.target)))
        if self.mode.authorization:
            if not reading.authorization:
                raise FaultError(fault("proxy.authorization-missing"))
            raw = reading.bearer or _bearer(reading)
            token = self.authorize(raw)
            tenant, exchanged = token.tenant, raw if token.is_user_token else ""
            self._regions.check(reading.region, token.client_id)
        else:
            tenant, exchanged = self._trusted_tenant(reading), ""
            self._regions.check(reading.region, "")
        host, port, target = _target(head, reading.host)
        user_token, technical_token = _identities(exchanged, reading)
        # Only a GET without body upgrades; for any other request the header is ignored (traps 7).
        upgrade = reading.upgrades and head.method == b"GET" and head.framing == "none"
        return Admitted(
            tenant,
            reading.location,
            host,
            port,
            target,
            reading.block,
            user_token,
            technical_token,
            upgrade,
            reading.keep_alive,
            reading.account,
        )

    def authorize(self, raw: str) -> VerifiedToken:
        """The verified proxy token. Raises `FaultError` (`proxy.token-*`; connectivity-proxy §3.5)."""
        try:
            token = self._verifier.verify(raw)
        except TokenRejected as rejected:
            raise FaultError(_token_fault(rejected)) from None
        if not self._accepts_client(token.client_id):
            self._check_identity_token(token)
        dedicated = self.mode.tenant
        if dedicated and token.tenant != dedicated:
            raise FaultError(fault("proxy.token-wrong-tenant", tenant=token.tenant, dedicated=dedicated))
        return token

    def tenant_of(self, raw: str) -> str:
        """The tenant of a caller that offers `raw`. Raises `FaultError` (`proxy.token-*`).

        Where the door trusts its callers and serves one tenant, whatever stands in place of a token does not count.
        """
        return self.mode.tenant if self.mode.needs_no_token else self.authorize(raw).tenant

    def _check_identity_token(self, token: VerifiedToken) -> None:
        """A token of the Identity Authentication shape names the connectivity client in `aud` (§3.3).

        Raises `FaultError` (`proxy.token-wrong-client`, `proxy.token-of-user`).
        """
        audience = token.claims.get("aud")
        is_meant = isinstance(audience, list) and any(
            isinstance(one, str) and self._accepts_client(one) for one in audience
        )
        if not is_meant or "zid" in token.claims:
            raise FaultError(fault("proxy.token-wrong-client", client=token.client_id))
        if token.is_user_token:
            raise FaultError(fault("proxy.token-of-user"))

    def _trusted_tenant(self, reading: Reading) -> str:
        """Whose request this is, where nobody has to prove himself (connectivity-proxy §3.6)."""
        if not self.mode.tenant and not reading.service_token:
            raise FaultError(fault("proxy.service-token-missing"))
        return self.tenant_of(reading.service_token)


def _target(head: RequestHead, host_header: bytes | None) -> tuple[str, int, str]:
    """(host, port, origin form) of the request's target, byte for byte."""
    if head.minor_version == 1 and host_header is None:
        raise _bad("the Host header is missing")
    slash = head.target.find(b"/", len(b"http://"))
    origin = _origin(head.target[:slash]) if 0 < slash <= _ORIGIN_LIMIT else None
    if origin is not None:
        return *origin, head.target[slash:].decode("latin-1")
    absolute = _ABSOLUTE.fullmatch(head.target)
    if absolute is not None:
        host, port, rest = absolute.groups()
        if not rest.startswith(b"/"):
            rest = b"/" + rest
    elif head.target.startswith(b"/"):
        authority = _AUTHORITY.fullmatch(host_header or b"")
        if authority is None:
            raise _bad("the Host header names no host")
        (host, port), rest = authority.groups(), head.target
    else:
        raise _bad("the request target is neither http://host[:port]/path nor /path")
    number = int(port) if port else 80
    if not 0 < number < 65_536:
        raise _bad("the port is not between 1 and 65535")
    return host.decode("ascii"), number, rest.decode("latin-1")


@lru_cache(maxsize=1024)
def _origin(text: bytes) -> tuple[str, int] | None:
    """(host, port) of `http://host:port`, as far as nothing is wrong with it; there are few in use."""
    match = _ABSOLUTE.fullmatch(text)
    if match is None or match[3]:
        return None
    port = int(match[2]) if match[2] else 80
    return (match[1].decode("ascii"), port) if 0 < port < 65_536 else None


def _identities(exchanged: str, reading: Reading) -> tuple[str, str]:
    """(user token, technical token) for the connector; at most one identity (connectivity-proxy §9)."""
    if bool(reading.user) + bool(reading.technical) + bool(exchanged) > 1:
        named = (
            ("SAP-Connectivity-Authentication", reading.user),
            ("SAP-Connectivity-Technical-Authentication", reading.technical),
            ("a user token in Proxy-Authorization", exchanged),
        )
        headers = ", ".join(name for name, present in named if present)
        raise FaultError(fault("proxy.identity-conflict", headers=headers))
    return (exchanged, "") if exchanged else (reading.user, reading.technical)


def _bearer(reading: Reading) -> str:
    """The token of a Proxy-Authorization header, in Bearer or in Basic form; the reading remembers it."""
    reading.bearer = _credentials(reading.authorization or b"")
    return reading.bearer


def _credentials(value: bytes) -> str:
    scheme, _, credentials = value.partition(b" ")
    credentials = credentials.strip()
    if scheme.lower() == b"bearer" and credentials:
        return credentials.decode("latin-1")
    if scheme.lower() == b"basic":
        try:
            name, colon, password = base64.b64decode(credentials, validate=True).partition(b":")
        except binascii.Error:
            raise FaultError(fault("proxy.authorization-malformed")) from None
        if name and colon and not password:
            return name.decode("latin-1")
    raise FaultError(fault("proxy.authorization-malformed"))


def _token_fault(rejected: TokenRejected) -> Fault:
    if rejected.rejection is Rejection.EXPIRED and rejected.expired is not None:
        expired = datetime.fromtimestamp(rejected.expired, UTC).isoformat(timespec="seconds")
        return fault("proxy.token-expired", expired=expired)
    return fault("proxy.token-invalid", reason=rejected.detail)


def _bad(reason: str) -> FaultError:
    return FaultError(fault("proxy.bad-request", reason=reason))


def _shown(target: bytes) -> str:
    """The target without its query, which may hold secrets."""
    return target.partition(b"?")[0][:200].decode("latin-1")
