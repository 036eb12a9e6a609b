"""Where a destination leads to, by its type (destination-service §1.3). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec.structs import replace

from landbridge.checks.conversation import Conversation, Protection
from landbridge.checks.evidence import Target
from landbridge.checks.mail_destination import mail_server
from landbridge.checks.observations import DestinationSeen

PROTOCOL = "destination"
"""Name of the evidence about a destination behind a connector."""
_PORTS = {"https": 443, "http": 80, "ldap": 389, "ldaps": 636, "tcp": 0}


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
        return mail_server(properties).url
    return ""


def proxy_type_of(kind: str, properties: Mapping[str, str]) -> str:
    """Internet, OnPremise or another word."""
    name = "ldap.proxyType" if kind == "LDAP" else "ProxyType"
    return properties.get(name, "") or "Internet"


def target_of(seen: DestinationSeen, properties: Mapping[str, str], path: str = "") -> Target:
    """The target of a destination; `path` stands in place of its own.

    Behind a connector, and where nothing more is known than an address, its protocol is `destination`; that of a mail
    server or a directory is its own everywhere, because connectors speak it, too.
    """
    if seen.type == "MAIL":
        return _mail_target(seen, properties)
    parts = urlsplit(url_of(seen.type, properties))
    behind = seen.proxy_type == "OnPremise"
    query = f"?{parts.query}" if parts.query else ""
    wanted = path or (parts.path or "/") + query
    return Target(
        protocol=PROTOCOL if not seen.type or (behind and seen.type != "LDAP") else _protocol(parts.scheme),
        scheme=parts.scheme,
        host=parts.hostname or seen.name,
        port=_port(parts.netloc) or _PORTS.get(parts.scheme, 0),
        path=wanted if wanted.startswith("/") else f"/{wanted}",
        location=f"location:{seen.location}" if behind else "",
        conversation=Conversation(protection=Protection.TLS) if parts.scheme == "ldaps" else Conversation(),
    )


def _mail_target(seen: DestinationSeen, properties: Mapping[str, str]) -> Target:
    server = mail_server(properties)
    behind = seen.proxy_type == "OnPremise"
    wish = server.conversation
    return Target(
        protocol=server.protocol,
        scheme=server.scheme,
        host=server.host or seen.name,
        port=(server.port or server.usual_port) if server.host else 0,
        location=f"location:{seen.location}" if behind else "",
        # Other ports of the host are none of a mapping's.
        conversation=replace(wish, beside=()) if behind else wish,
    )


def _protocol(scheme: str) -> str:
    return {"https": "http", "ldaps": "ldap", "tcp": PROTOCOL}.get(scheme, scheme) or PROTOCOL


def _port(place: str) -> int:
    """The port that is written; 0 without one, or with one that is none."""
    digits = place.rpartition("]")[2].rpartition(":")[2] if ":" in place.rpartition("]")[2] else ""
    return int(digits) if digits.isdecimal() and int(digits) < 65_536 else 0
