"""May this request pass, and where to? (connectivity-proxy §3.5, §4.1, §4.3, §4.4)"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from landbridge.faults import Fault, FaultError, fault
from landbridge.identity.verify import Rejection, TokenRejected, TokenVerifier
from landbridge.model.token import VerifiedToken
from landbridge.wire.http1 import RequestHead

_ABSOLUTE = re.compile(rb"[Hh][Tt][Tt][Pp]://([A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?(?![A-Za-z0-9_.:@-])(.*)", re.DOTALL)
_HTTPS = re.compile(rb"https://", re.IGNORECASE)
_AUTHORITY = re.compile(rb"([A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?")
_PLAIN_CONNECTION = frozenset({b"keep-alive", b"close", b"Keep-Alive", b"Close", b""})

_DROP, _PROXY_AUTHORIZATION, _USER, _TECHNICAL, _LOCATION, _HOST, _CONNECTION, _UPGRADE = range(8)
_SPECIAL = {
    b"proxy-authorization": _PROXY_AUTHORIZATION,
    b"sap-connectivity-authentication": _USER,
    b"sap-connectivity-technical-authentication": _TECHNICAL,
    b"sap-connectivity-scc-location_id": _LOCATION,
    b"host": _HOST,
    b"connection": _CONNECTION,
    b"upgrade": _UPGRADE,
    # Technical and hop-by-hop headers, and those that only the connector may write.
    b"sap-cp-connectivity-service-token": _DROP,
    b"proxy-connection": _DROP,
    b"proxy-authenticate": _DROP,
    b"keep-alive": _DROP,
    b"te": _DROP,
    b"trailer": _DROP,
    b"transfer-encoding": _DROP,
    b"content-length": _DROP,
    b"ssl_client_cert": _DROP,
    b"ssl-client-cert": _DROP,
}
_PREFIX = b"sap-connectivity-"


def is_connectivity_client(client_id: str) -> bool:
    """Whether the token was issued to a clone of the connectivity service (connectivity-proxy §3.5 step 5)."""
    return client_id.rpartition("|")[2].startswith("connectivity!")


@dataclass(slots=True)
class Admitted:
    """A request that may pass: whose it is, where it goes, and what of it goes on.

    block   header lines for the backend, without Host, framing, hop-by-hop and technical headers
    target  origin form, byte for byte as it was sent
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


class Admission:
    """Judges request heads. Holds no state but the verifier's cache."""

    def __init__(self, verifier: TokenVerifier, accepts_client: Callable[[str], bool] = is_connectivity_client) -> None:
        self._verifier = verifier
        self._accepts_client = accepts_client

    def admit(self, head: RequestHead) -> Admitted:
        """The admitted request. Raises `FaultError` (`proxy.*`), in the order of connectivity-proxy §4.4."""
        if head.method == b"CONNECT" or _HTTPS.match(head.target):
            raise FaultError(fault("proxy.https-unsupported", target=_shown(head.target)))
        found: dict[int, bytes] = {}
        lines: list[bytes] = []
        for name, value in head.headers:
            lower = name.lower()
            kind = _SPECIAL.get(lower)
            if kind is None:
                if not lower.startswith(_PREFIX):
                    lines.append(b"%b: %b\r\n" % (name, value))
            elif kind:
                if kind in found and kind != _CONNECTION:
                    raise _bad(f"more than one {name.decode('latin-1')} header")
                found[kind] = value if kind not in found else found[kind] + b"," + value
        token, raw = self._authorize(found.get(_PROXY_AUTHORIZATION))
        connection = found.get(_CONNECTION, b"")
        upgrade = False
        keep_alive = head.minor_version == 1
        if connection not in _PLAIN_CONNECTION:
            options = {option.strip().lower() for option in connection.split(b",")}
            upgrade = b"upgrade" in options and self._is_websocket(head, found.get(_UPGRADE, b""))
            keep_alive = b"close" not in options and (keep_alive or b"keep-alive" in options)
            lines = [line for line in lines if line.partition(b":")[0].lower() not in options]
        elif connection:
            keep_alive = connection.lower() == b"keep-alive"
        host, port, target = self._target(head, found.get(_HOST))
        user_token, technical_token = self._identities(token, raw, found)
        return Admitted(
            token.tenant,
            found.get(_LOCATION, b"").decode("latin-1"),
            host,
            port,
            target,
            b"".join(lines),
            user_token,
            technical_token,
            upgrade,
            keep_alive,
        )

    def _authorize(self, value: bytes | None) -> tuple[VerifiedToken, str]:
        if not value:
            raise FaultError(fault("proxy.authorization-missing"))
        raw = _bearer(value)
        try:
            token = self._verifier.verify(raw)
        except TokenRejected as rejected:
            raise FaultError(_token_fault(rejected)) from None
        if not self._accepts_client(token.client_id):
            raise FaultError(fault("proxy.token-wrong-client", client=token.client_id))
        return token, raw

    @staticmethod
    def _is_websocket(head: RequestHead, value: bytes) -> bool:
        """Only a GET without body upgrades, and only to WebSocket; other tokens are ignored (traps 7)."""
        return head.method == b"GET" and head.framing == "none" and value.strip().lower() == b"websocket"

    @staticmethod
    def _target(head: RequestHead, host_header: bytes | None) -> tuple[str, int, str]:
        if head.minor_version == 1 and host_header is None:
            raise _bad("the Host header is missing")
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

    @staticmethod
    def _identities(token: VerifiedToken, raw: str, found: dict[int, bytes]) -> tuple[str, str]:
        """(user token, technical token) for the connector; at most one identity (connectivity-proxy §9)."""
        user = found.get(_USER)
        technical = found.get(_TECHNICAL)
        named = [
            name
            for name, present in (
                ("SAP-Connectivity-Authentication", user),
                ("SAP-Connectivity-Technical-Authentication", technical),
                ("a user token in Proxy-Authorization", token.is_user_token),
            )
            if present
        ]
        if len(named) > 1:
            raise FaultError(fault("proxy.identity-conflict", headers=", ".join(named)))
        if token.is_user_token:
            return raw, ""
        return (_after_scheme(user), _after_scheme(technical))


def _bearer(value: bytes) -> str:
    """The token of a Proxy-Authorization header, in Bearer or in Basic form."""
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


def _after_scheme(value: bytes | None) -> str:
    if not value:
        return ""
    scheme, _, token = value.partition(b" ")
    return (token.strip() if scheme.lower() == b"bearer" else value).decode("latin-1")


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
