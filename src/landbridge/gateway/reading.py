"""What a request's header lines say, read once for all requests of a connection that have the same ones.

Clients with a kept-alive connection repeat their header lines to the byte, token included. Comparing them costs next
to nothing, parsing them is a third of the gateway's work on a small request. What is remembered is the reading, never
the verdict: the token is verified anew for each request.
"""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.faults import FaultError, fault
from landbridge.wire.http1 import Header, RequestHead, parse_request, parse_request_line

_DROP, _PROXY_AUTHORIZATION, _USER, _TECHNICAL, _LOCATION, _HOST, _CONNECTION, _UPGRADE = range(8)
_ACCOUNT, _REGION, _SERVICE_TOKEN = range(8, 11)
_SPECIAL = {
    b"proxy-authorization": _PROXY_AUTHORIZATION,
    b"sap-connectivity-authentication": _USER,
    b"sap-connectivity-technical-authentication": _TECHNICAL,
    b"sap-connectivity-scc-location_id": _LOCATION,
    b"sap-connectivity-consumeraccount": _ACCOUNT,
    b"sap-connectivity-region-configuration-id": _REGION,
    b"sap-cp-connectivity-service-token": _SERVICE_TOKEN,
    b"host": _HOST,
    b"connection": _CONNECTION,
    b"upgrade": _UPGRADE,
    # Hop-by-hop headers, and those that only the connector may write.
    b"proxy-connection": _DROP,
    b"proxy-authenticate": _DROP,
    b"keep-alive": _DROP,
    b"te": _DROP,
    b"trailer": _DROP,
    b"transfer-encoding": _DROP,
    b"content-length": _DROP,
    b"ssl_client_cert": _DROP,
    b"ssl-client-cert": _DROP,
    b"ssl_client-cert": _DROP,
    b"ssl-client_cert": _DROP,
}
_PREFIX = b"sap-connectivity-"


@dataclass(slots=True)
class Reading:
    """The header lines, taken apart (connectivity-proxy §4.3).

    authorization  value of Proxy-Authorization, or None
    location       location id; empty is a name too
    host           value of Host, or None
    user, technical  tokens of the two identity headers, without their scheme
    block          the lines for the backend: all but Host, framing, hop-by-hop and technical headers
    upgrades       whether the client asks for WebSocket
    keep_alive     whether it wants to go on after the answer
    account        consumer account that old clients name
    region         region configuration of the multi-region mode
    service_token  token that names the tenant in trusted mode, without a scheme
    """

    authorization: bytes | None
    location: str
    host: bytes | None
    user: str
    technical: str
    block: bytes
    upgrades: bool
    keep_alive: bool
    account: str = ""
    region: str = ""
    service_token: str = ""
    bearer: str = ""
    """The token in `authorization`, once admission took it out; always the same object, so that its hash is kept."""


class HeadReader:
    """Parses the request heads of one connection and remembers the last one."""

    __slots__ = ("_head_limit", "_known", "_line_end", "_line_limit", "_raw")

    def __init__(self, line_limit: int, head_limit: int) -> None:
        self._line_limit = line_limit
        self._head_limit = head_limit
        self._raw = b""
        self._line_end = 0
        self._known: tuple[RequestHead, Reading] | None = None

    def read(self, raw: bytes) -> tuple[RequestHead, Reading]:
        """The head in `raw` (up to and with the empty line) and what its lines say. Raises `BadHead`, `FaultError`."""
        known = self._known
        if known is not None and raw == self._raw:
            return known
        line_end = raw.find(b"\r\n")
        found = None
        if known is not None and line_end <= self._line_limit and raw[line_end:] == self._raw[self._line_end :]:
            found = _with_line(raw[: line_end + 2], *known)
        if found is None:
            head = parse_request(raw, self._line_limit, self._head_limit)
            found = head, read_headers(head.headers, head.minor_version)
        self._raw, self._line_end, self._known = raw, line_end, found
        return found


def _with_line(line: bytes, known: RequestHead, reading: Reading) -> tuple[RequestHead, Reading] | None:
    """Another request line before known header lines; None where these may mean something else with it."""
    method, target, minor = parse_request_line(line)
    if minor != known.minor_version or method != known.method:
        return None
    return RequestHead(method, target, minor, known.headers, known.framing, known.size), reading


def read_headers(headers: list[Header], minor_version: int) -> Reading:
    """Take header lines apart. Raises `FaultError` (`proxy.bad-request`) for a repeated header that must be single."""
    found: dict[int, bytes] = {}
    lines: list[bytes] = []
    for name, value in headers:
        lower = name.lower()
        kind = _SPECIAL.get(lower)
        if kind is None:
            if not lower.startswith(_PREFIX):
                lines.append(b"%b: %b\r\n" % (name, value))
        elif kind:
            if kind in found and kind != _CONNECTION:
                reason = f"more than one {name.decode('latin-1')} header"
                raise FaultError(fault("proxy.bad-request", reason=reason))
            plain = value.rstrip(b" \t")
            found[kind] = plain if kind not in found else found[kind] + b"," + plain
    options = {option.strip().lower() for option in found.get(_CONNECTION, b"").split(b",")}
    if len(options) > 1 or not options <= {b"", b"close", b"keep-alive"}:
        lines = [line for line in lines if line.partition(b":")[0].lower() not in options]
    return Reading(
        authorization=found.get(_PROXY_AUTHORIZATION),
        location=found.get(_LOCATION, b"").decode("latin-1"),
        host=found.get(_HOST),
        user=_after_scheme(found.get(_USER)),
        technical=_after_scheme(found.get(_TECHNICAL)),
        block=b"".join(lines),
        upgrades=b"upgrade" in options and found.get(_UPGRADE, b"").strip().lower() == b"websocket",
        keep_alive=b"close" not in options and (minor_version == 1 or b"keep-alive" in options),
        account=found.get(_ACCOUNT, b"").decode("latin-1"),
        region=found.get(_REGION, b"").decode("latin-1"),
        service_token=_after_scheme(found.get(_SERVICE_TOKEN)),
    )


def _after_scheme(value: bytes | None) -> str:
    if not value:
        return ""
    scheme, _, token = value.partition(b" ")
    return (token.strip() if scheme.lower() == b"bearer" else value).decode("latin-1")
