"""Answers name internal hosts; the cloud knows virtual ones (cloud-connector §4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from landbridge.model.mapping import CookieDomain, HostInHeader, Mapping, Protocol

REWRITTEN = frozenset({b"location", b"set-cookie"})
"""Names of headers that `Rewriter.rewrite` may change, in lower case."""

_URL = re.compile(rb"(https?)://(\[[0-9a-f:.]+\]|[^/:?#@\s]+)(?::([0-9]{1,5}))?(?=[/?#]|$)", re.IGNORECASE)
_DOMAIN = re.compile(rb"(;\s*domain\s*=\s*)(\.?)([^;\s]+)", re.IGNORECASE)
_DEFAULT_PORTS = {b"http": 80, b"https": 443}


class Rewriter:
    """Turns internal names into virtual ones. Where several mappings share an internal system, the first counts."""

    def __init__(self, mappings: Iterable[Mapping], cookie_domains: Iterable[CookieDomain]) -> None:
        self._origins: dict[tuple[str, int], bytes] = {}
        self._hosts: dict[str, str] = {}
        known = tuple(mappings)
        self._secured = _secured(known)
        for mapping in known:
            host = mapping.internal_host.lower()
            self._hosts.setdefault(host, mapping.virtual_host)
            if mapping.protocol.is_http:
                self._origins.setdefault((host, mapping.internal_port), _origin(mapping))
        self._domains = tuple(cookie_domains)

    def rewrite(self, name: bytes, status: int, value: bytes) -> bytes:
        """The value of a header as the cloud shall see it; `name` in lower case."""
        if name == b"set-cookie":
            return _DOMAIN.sub(self._cookie_domain, value)
        if 300 <= status < 400 or status == 201:
            return self._location(value)
        return value

    def _location(self, value: bytes) -> bytes:
        """An absolute URL of a mapped system becomes its virtual one, with http: TLS begins at the connector."""
        match = _URL.match(value)
        if match is None:
            return value
        scheme, host, port = match[1].lower(), match[2].decode("latin-1").strip("[]").lower(), match[3]
        place = host, int(port) if port else _DEFAULT_PORTS[scheme]
        origin = self._origins.get(place) or (self._secured.get(place) if scheme == b"https" else None)
        return value if origin is None else origin + value[match.end() :]

    def _cookie_domain(self, match: re.Match[bytes]) -> bytes:
        """Configured suffixes first, then a domain that is an internal host; anything else stays."""
        domain = match[3].decode("latin-1").lower()
        for pair in self._domains:
            internal = pair.internal.lstrip(".").lower()
            if domain == internal or domain.endswith(f".{internal}"):
                changed = domain[: len(domain) - len(internal)] + pair.virtual.lstrip(".")
                return match[1] + match[2] + changed.encode("latin-1")
        virtual = self._hosts.get(domain)
        return match[0] if virtual is None else match[1] + match[2] + virtual.encode("latin-1")


def _secured(mappings: Iterable[Mapping]) -> dict[tuple[str, int], bytes]:
    """What backends with TLS make of the virtual host that they are shown: an address with https that leads nowhere.

    Clients follow redirects to the very origin that they called, and that begins with http (connectivity-proxy §4.8).
    """
    shown = [one for one in mappings if one.protocol is Protocol.HTTPS and one.host_in_header is HostInHeader.VIRTUAL]
    found = {(one.virtual_host.lower(), one.virtual_port): _origin(one) for one in shown}
    for one in shown:
        if one.virtual_port == _DEFAULT_PORTS[b"http"]:  # then the backend is shown no port, and adds none
            found.setdefault((one.virtual_host.lower(), _DEFAULT_PORTS[b"https"]), _origin(one))
    return found


def _origin(mapping: Mapping) -> bytes:
    port = "" if mapping.virtual_port == 80 else f":{mapping.virtual_port}"
    return f"http://{mapping.virtual_host}{port}".encode("latin-1")
