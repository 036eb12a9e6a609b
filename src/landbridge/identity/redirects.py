"""Where a login may lead back to: a code in the wrong hands is a token in the wrong hands (RFC 9700 §4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")


def is_allowed(uri: str, patterns: Iterable[str], loopback: bool) -> bool:
    """Whether `uri` is a web address that one of `patterns` names, without a fragment or user name in it.

    patterns  `*` stands for any text without '/', `**` for any text; scheme and host are compared as they stand
    loopback  whether every address of this machine itself is allowed, too (laptop profile)
    """
    host = _host(uri)
    if not host:
        return False
    return (loopback and _is_loopback(host)) or any(_matches(pattern, uri) for pattern in patterns)


def _host(uri: str) -> str:
    if _UNFIT.search(uri):
        return ""
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    return host if parts.scheme in ("http", "https") and "@" not in parts.netloc and "#" not in uri else ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _matches(pattern: str, uri: str) -> bool:
    """The host has to match by itself, so that `**` of a path cannot swallow another host."""
    scheme, _, rest = pattern.partition("://")
    host, slash, path = rest.partition("/")
    given = urlsplit(uri)
    tail = uri.partition("://")[2].partition("/")
    return (
        given.scheme == scheme
        and _glob(host.lower()).fullmatch(given.netloc.lower()) is not None
        and _glob(slash + path).fullmatch(tail[1] + tail[2]) is not None
    )


def _glob(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", pattern)
    wild = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(wild.get(part) or re.escape(part) for part in parts))
