"""HTTP statuses in texts: what a number says depends on who wrote the line.

A number counts only where a line says that it is a status; ids, URLs and paths are taken out before that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from landbridge.checks.symptoms import Pointer, pointers

MARKS = tuple(
    str(status).encode() for status in (400, 401, 403, 404, 405, 407, 409, 411, 412, 429, 500, 501, 502, 503, 504)
)
CHECK_MARKS = (b"response returned", b"check connection", b"connection check")


class Writer(Enum):
    """Who the line is from, as far as its words tell."""

    CHECK = re.compile(r"Response returned:|Check Connection|connection check", re.IGNORECASE)
    DESTINATIONS = re.compile(r"destination-configuration/v[12]|destination service", re.IGNORECASE)
    RECEIVER = re.compile(
        r"when communicating with|HTTP operation failed invoking|: \d{3} : HTTP/1|Request failed with status code"
        r"|AxiosError|requests\.exceptions|urllib|HttpClientErrorException|HttpServerErrorException|StatusCodeError"
        r"|WebClientResponseException|does not indicate success",
        re.IGNORECASE,
    )
    ANY = re.compile("")


@dataclass(frozen=True, slots=True)
class StatusFound:
    """A status in a line, and whom it nominates."""

    status: int
    pointers: tuple[Pointer, ...]


_REASONS = (
    "unauthorized|forbidden|not found|method not allowed|conflict|length required|bad request|too many requests"
    "|internal server error|bad gateway|service unavailable|gateway time-?out|not implemented"
    "|proxy authentication required|precondition failed"
)
_STATUS = re.compile(
    r"(?:\bHTTP/\d(?:\.\d)?[\"']?[ \t]{1,3}|\bHTTP[ :-]{1,2}|\bHTTP response[ :]{1,2}['\"]?|\bresponse code[ :=]{1,3}"
    r"|\bresponse returned: {0,2}['\"]?|(?<!order )(?<!document )(?<!\w)(?:http[ _-]?)?status(?:[ _-]?code)?['\"]?"
    r"[ \t]{0,3}(?::|=|of|is|was)?[ \t:]{0,3}['\"]?|\bStatusCodeError: |\bHttp(?:Client|Server)ErrorException\S{0,60} "
    r"|indicate success: |^[\s'\"]{0,5}(?=\d{3}[\s'\"]{0,5}$)|: (?=\d{3} : HTTP/1))"
    r"(?P<a>[2-5]\d\d)(?![\w]|[.:,-]\d|-\w{1,2}\b)"
    rf"|(?<![\w.:/-])(?P<b>[2-5]\d\d)[:,]? {{0,2}}[-'\"(]{{0,2}} ?(?:{_REASONS})",
    re.IGNORECASE,
)
_WORDS = ("http", "status", "response", "indicate success", *_REASONS.replace("time-?out", "time").split("|"))
_BARE = re.compile(r"^[\s'\"]{0,5}\d{3}[\s'\"]{0,5}$")
"""One of the words is in every line that says what its number is, or the number is alone in it. Most lines with a
number have none, and a look for words costs a tenth of a pattern."""
_NOISE = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}://[^\s\"'<>]{1,4096}"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|(?<![^\s\"'(=])/[^\s\"'<>]{1,4096}"
    r"|\b(?=[A-Za-z_]{0,80}\d)\w{9,200}\b"
    r"|\b\d{4,80}\b",
    re.IGNORECASE,
)

_TIMEOUTS = "conn.timeout-noconn; conn.timeout-latency; conn.timeout-backend"
_CHECKED = {
    401: "check.4xx: not-authenticated",
    403: "check.4xx: forbidden",
    404: "check.4xx: url-incomplete",
    405: "check.4xx: method",
    407: "check.4xx: proxy-authentication; conn.407",
    429: "check.4xx: throttled",
    502: "check.5xx: from-connectivity server-error; conn.502",
    503: "check.5xx: from-connectivity server-error; conn.503",
    504: "check.5xx: from-connectivity server-error; " + _TIMEOUTS,
}
_DESTINATIONS = {401: "dest.401", 403: "dest.403", 404: "dest.404", 409: "dest.409"}
_RECEIVER = {
    401: "outbound.http-401; conn.401",
    403: "outbound.http-403-onprem; outbound.csrf-403",
    405: "outbound.http-403-onprem: https-through-proxy; check.4xx: method",
    407: "conn.407",
    411: "outbound.http-411",
    502: "conn.502",
    503: "outbound.http-503; conn.503",
    504: _TIMEOUTS,
}
_ANY = {
    401: "inbound.http-401; outbound.http-401; conn.401; dest.401; check.4xx: not-authenticated",
    403: "inbound.http-403; outbound.http-403-onprem; conn.403; outbound.csrf-403; dest.403; check.4xx: forbidden",
    404: "inbound.http-404; dest.404; check.4xx: url-incomplete",
    405: "inbound.srt-ping: ping-head; outbound.http-403-onprem: https-through-proxy; check.4xx: method",
    407: "conn.407; check.4xx: proxy-authentication",
    409: "dest.409",
    411: "outbound.http-411",
    429: "check.4xx: throttled; outbound.sf-adapter: rate-limit",
    502: "conn.502; check.5xx: from-connectivity",
    503: "conn.503; outbound.http-503; check.5xx: from-connectivity",
    504: _TIMEOUTS,
}
_BY_WRITER = {
    Writer.CHECK: _CHECKED,
    Writer.DESTINATIONS: {**_ANY, **_DESTINATIONS},
    Writer.RECEIVER: {**_ANY, **_RECEIVER},
    Writer.ANY: _ANY,
}


def cleaned(line: str) -> str:
    """`line` without URLs, paths, GUIDs, long numbers and ids with digits in them."""
    return _NOISE.sub("…", line)


def find_status(line: str) -> StatusFound | None:
    """The first status of 400 or above in the line, or any status that a connection check reports."""
    found = _STATUS.search(cleaned(line)) if _may_say(line) else None
    if found is None:
        return None
    status = int(found["a"] or found["b"])
    writer = next(writer for writer in Writer if writer.value.search(line))
    nominated = _nominated(writer, status)
    return StatusFound(status, pointers(nominated)) if nominated else None


def _may_say(line: str) -> bool:
    lowered = line.lower()
    return any(word in lowered for word in _WORDS) or bool(_BARE.match(line))


def _nominated(writer: Writer, status: int) -> str:
    if status < 400:
        return "check.2xx3xx" if writer is Writer.CHECK else ""
    general = "check.4xx" if status < 500 else "check.5xx: server-error"
    return _BY_WRITER[writer].get(status, general)
