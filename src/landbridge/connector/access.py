"""The access decision: may this stream reach that backend? (cloud-connector §4.1 steps 2 to 4)"""

from __future__ import annotations

import re
from collections.abc import Iterable

from landbridge.connector.route import Route, route
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.mapping import Mapping, Resource

_AMBIGUOUS = re.compile(r"(?:^|/|%2f)(?:\.|%2e){1,2}(?:/|%2f|;|$)|\\|%5c", re.IGNORECASE)
"""Dot segments and backslashes, raw or encoded, also between encoded slashes, which a backend may decode first.
Encoded slashes alone are let through: OData keys hold them (traps 12)."""

_MANGLED = re.compile(r"(/[A-Za-z0-9_~.-]*)\((?:[A-Za-z0-9+=_-]|%3[Dd])*\)(?=/|$)")
"""State of a session in the first segment, as ABAP systems write it: `/sap(bD1kZQ==)/bc/bsp` is `/sap/bc/bsp`."""

_SUSPECT = re.compile(r"[.%\\]")
"""Nothing is ambiguous without one of these, and most paths have none."""


class AccessTable:
    """The mappings of one connector, ready for look-up."""

    def __init__(self, mappings: Iterable[Mapping]) -> None:
        self.mappings = tuple(mappings)
        self._by_key = {mapping.key: route(mapping) for mapping in self.mappings if mapping.protocol.is_http}
        self._bare = tuple(mapping for mapping in self.mappings if not mapping.protocol.is_http)

    def decide(self, host: str, port: int, target: str, *, upgrade: bool) -> Route:
        """The route that lets a request pass. `target` is raw; only what stands before `?` counts.

        Raises `FaultError` (`connector.*`).
        """
        found = self._by_key.get((host.lower(), port))
        if found is None:
            raise FaultError(self._missing(host, port))
        path = target.partition("?")[0]
        if _SUSPECT.search(path) and _AMBIGUOUS.search(path):
            raise FaultError(fault("connector.path-ambiguous", host=host, port=port, path=path))
        resource = _covering(found.mapping, path, upgrade)
        if resource is None and found.mapping.backend_type.mangles_urls and _MANGLED.match(path):
            resource = _covering(found.mapping, _MANGLED.sub(r"\1", path, count=1), upgrade)
        if resource is None:
            raise FaultError(_denied(found.mapping, host, port, path))
        if upgrade and not resource.websocket_upgrade_allowed:
            raise FaultError(fault("connector.upgrade-not-allowed", host=host, port=port, path=path))
        return found

    def http_mapping(self, host: str, port: int) -> Mapping:
        """The mapping for requests to a virtual host, whatever it exposes.

        Raises `FaultError` (`connector.system-not-exposed`, `connector.other-protocol`).
        """
        found = self._by_key.get((host.lower(), port))
        if found is None:
            raise FaultError(self._missing(host, port))
        return found.mapping

    def decide_bare(self, host: str, port: int) -> Mapping:
        """The TCP or LDAP mapping for a bare connection; only host and port count (connectivity-proxy §7.3).

        Raises `FaultError` (`connector.system-not-exposed`, `connector.other-protocol`).
        """
        found = self._bare_mapping(host, port)
        if found is None:
            raise FaultError(self._missing(host, port))
        return found

    def _bare_mapping(self, host: str, port: int) -> Mapping | None:
        name = host.lower()
        return next((one for one in self._bare if one.virtual_host.lower() == name and one.covers(port)), None)

    def _missing(self, host: str, port: int) -> Fault:
        """Why neither door finds it: nothing is mapped, or it is mapped for the other one."""
        way = self._by_key.get((host.lower(), port))
        other = way.mapping if way is not None else self._bare_mapping(host, port)
        if other is None:
            return fault("connector.system-not-exposed", host=host, port=port)
        return fault("connector.other-protocol", host=host, port=port, protocol=other.protocol.value)


def _covering(mapping: Mapping, path: str, upgrade: bool) -> Resource | None:
    """The first enabled resource that covers the path; for an upgrade one that allows it is preferred."""
    covering = None
    for resource in mapping.resources:
        if resource.enabled and resource.covers(path):
            if not upgrade or resource.websocket_upgrade_allowed:
                return resource
            covering = covering or resource
    return covering


def _denied(mapping: Mapping, host: str, port: int, path: str) -> Fault:
    for resource in mapping.resources:
        if resource.covers(path):
            return fault("connector.resource-disabled", host=host, port=port, path=path, resource=resource.path)
    return fault("connector.resource-not-exposed", host=host, port=port, path=path)
