"""Where a destination leads to, by its type (destination-service §1.3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from landbridge.checks.evidence import Target
from landbridge.checks.observations import DestinationSeen

PROTOCOL = "destination"
"""Name of the evidence about a destination behind a connector."""
_PORTS = {"https": 443, "http": 80, "ldap": 389, "ldaps": 636, "smtp": 25, "imap": 143, "pop3": 110, "tcp": 0}
_MAIL = {"smtp": "smtp", "imap4": "imap", "imap": "imap", "pop3": "pop3"}


def url_of(kind: str, properties: Mapping[str, str]) -> str:
    """The URL that the properties of a destination of that type make; empty when they name no place."""
    if kind == "HTTP":
        return properties.get("URL", "")
    if kind == "LDAP":
        return properties.get("ldap.url", "")
    if kind == "TCP":
        address = properties.get("Address", "")
        return address if "://" in address or not address else f"tcp://{address}"
    if kind == "MAIL":
        named = properties.get("mail.transport.protocol", "smtp").lower()
        host, port = (properties.get(f"mail.{named}.{what}", "") for what in ("host", "port"))
        return f"{_MAIL.get(named, 'smtp')}://{host}{':' if port else ''}{port}" if host else ""
    return ""


def proxy_type_of(kind: str, properties: Mapping[str, str]) -> str:
    """Internet, OnPremise or another word."""
    name = "ldap.proxyType" if kind == "LDAP" else "ProxyType"
    return properties.get(name, "") or "Internet"


def target_of(seen: DestinationSeen, properties: Mapping[str, str], path: str = "") -> Target:
    """The target of a destination; `path` stands in place of its own.

    Behind a connector, and where nothing more is known than an address, its protocol is `destination`.
    """
    parts = urlsplit(url_of(seen.type, properties))
    behind = seen.proxy_type == "OnPremise"
    query = f"?{parts.query}" if parts.query else ""
    wanted = path or (parts.path or "/") + query
    return Target(
        protocol=PROTOCOL if behind or not seen.type else _protocol(parts.scheme),
        scheme=parts.scheme,
        host=parts.hostname or seen.name,
        port=_port(parts.netloc) or _PORTS.get(parts.scheme, 0),
        path=wanted if wanted.startswith("/") else f"/{wanted}",
        location=f"location:{seen.location}" if behind else "",
    )


def _protocol(scheme: str) -> str:
    return {"https": "http", "ldaps": "ldap", "tcp": PROTOCOL}.get(scheme, scheme) or PROTOCOL


def _port(place: str) -> int:
    """The port that is written; 0 without one, or with one that is none."""
    digits = place.rpartition("]")[2].rpartition(":")[2] if ":" in place.rpartition("]")[2] else ""
    return int(digits) if digits.isdecimal() and int(digits) < 65_536 else 0
