"""The section `connectors[].mappings`: which systems a connector exposes, and which paths of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from landbridge.landscape.addresses import Address, BadAddress, internal_address, virtual_address
from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.problems import shown
from landbridge.model.mapping import (
    AuthenticationMode,
    BackendType,
    HostInHeader,
    Mapping,
    Protocol,
    Resource,
    backend_types,
)

_LATER_PROTOCOLS = ("RFC", "RFCS", "RFCWS")
_RANGED = frozenset({Protocol.TCP, Protocol.TCPS})
_NO_ADDRESS = Address("", 0, 1)
_LATER_MODES = ("KERBEROS",)
_PATH = re.compile(r"/[!-~]*")


def read_mappings(connector: Fields) -> tuple[Mapping, ...]:
    """The mappings of a connector. Virtual host and port are unique in it (cloud-connector §1.4)."""
    once = Once()
    return tuple(_mapping(fields, once) for fields in connector.tables("mappings"))


def _mapping(fields: Fields, once: Once) -> Mapping:
    fields.only(
        "virtual",
        "internal",
        "protocol",
        "backend_type",
        "authentication_mode",
        "host_in_header",
        "resources",
        "description",
    )
    virtual = _address(fields, "virtual", virtual_address)
    internal = _address(fields, "internal", internal_address)
    protocol = fields.choice("protocol", Protocol, Protocol.HTTP, later=_LATER_PROTOCOLS)
    _check_ports(fields, protocol, virtual, internal)
    mapping = Mapping(
        virtual.host,
        virtual.port,
        internal.host,
        internal.port,
        protocol=protocol,
        authentication_mode=fields.choice(
            "authentication_mode", AuthenticationMode, AuthenticationMode.NONE, later=_LATER_MODES
        ),
        host_in_header=fields.choice("host_in_header", HostInHeader, HostInHeader.VIRTUAL),
        resources=_resources(fields),
        description=fields.text("description", ""),
        ports=virtual.ports,
        backend_type=fields.choice("backend_type", BackendType, BackendType.NON_SAP),
    )
    if mapping.backend_type not in backend_types(protocol):
        allowed = ", ".join(backend_types(protocol))
        fields.wrong("backend_type", mapping.backend_type, f"one of {allowed} with {protocol}")
    if not protocol.is_http:
        _check_bare(fields, mapping)
    elif mapping.authentication_mode.propagates and not protocol.is_tls:
        fields.wrong("authentication_mode", mapping.authentication_mode, f"NONE or NONE_RESTRICTED with {protocol}")
    for port in range(virtual.port, virtual.port + virtual.ports if virtual.port else 0):
        once.check((mapping.key[0], port), fields, "virtual")
    return mapping


def _check_ports(fields: Fields, protocol: Protocol, virtual: Address, internal: Address) -> None:
    """Ranges are for TCP, and both ends have the same length (cloud-connector §1.4)."""
    for key, address in (("virtual", virtual), ("internal", internal)):
        if address.ports > 1 and protocol not in _RANGED:
            fields.wrong(key, f"{address.ports} ports", f"one port: {protocol} maps no ranges, TCP and TCPS do")
    if virtual.port and internal.port and virtual.ports != internal.ports:
        fields.wrong("internal", f"{internal.ports} ports", f"as many ports as in virtual: {virtual.ports}")


def _check_bare(fields: Fields, mapping: Mapping) -> None:
    """TCP and LDAP mappings expose a system as a whole; there is nothing to tell about paths or headers."""
    if mapping.resources:
        fields.wrong("resources", f"{len(mapping.resources)} resources", f"none: {mapping.protocol} has no paths")
    if mapping.authentication_mode is not AuthenticationMode.NONE:
        fields.wrong("authentication_mode", mapping.authentication_mode, f"NONE, the only mode of {mapping.protocol}")
    if mapping.host_in_header is not HostInHeader.VIRTUAL:
        fields.wrong("host_in_header", mapping.host_in_header, f"nothing: {mapping.protocol} has no headers")


def _address(fields: Fields, key: str, parse: Callable[[str], Address]) -> Address:
    text = fields.text(key)
    if not text:
        return _NO_ADDRESS
    try:
        return parse(text)
    except BadAddress as error:
        fields.wrong(key, shown(text), str(error))
        return _NO_ADDRESS


def _resources(mapping: Fields) -> tuple[Resource, ...]:
    once = Once()
    return tuple(_resource(fields, once) for fields in mapping.tables("resources"))


def _resource(fields: Fields, once: Once) -> Resource:
    fields.only("path", "enabled", "exact_match_only", "websocket_upgrade_allowed", "description")
    path = fields.text("path", check=_path_rule)
    if path:
        once.check(path, fields, "path")
    return Resource(
        path,
        enabled=fields.flag("enabled", True),
        exact_match_only=fields.flag("exact_match_only", False),
        websocket_upgrade_allowed=fields.flag("websocket_upgrade_allowed", False),
        description=fields.text("description", ""),
    )


def _path_rule(path: str) -> str | None:
    if _PATH.fullmatch(path) and not set("?\\") & set(path):
        return None
    return "a path that begins with '/', as it stands in a request line (no query, no spaces)"
