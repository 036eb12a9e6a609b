"""The section `connectors[].mappings`: which systems a connector exposes, and which paths of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from landbridge.landscape.addresses import BadAddress, internal_address, virtual_address
from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.problems import shown
from landbridge.model.mapping import AuthenticationMode, HostInHeader, Mapping, Protocol, Resource

_LATER_PROTOCOLS = ("RFC", "RFCS", "RFCWS", "LDAP", "LDAPS", "TCP", "TCPS")
_LATER_MODES = ("X509_GENERAL", "X509_RESTRICTED", "KERBEROS")
_PATH = re.compile(r"/[!-~]*")


def read_mappings(connector: Fields) -> tuple[Mapping, ...]:
    """The mappings of a connector. Virtual host and port are unique in it (cloud-connector §1.4)."""
    once = Once()
    return tuple(_mapping(fields, once) for fields in connector.tables("mappings"))


def _mapping(fields: Fields, once: Once) -> Mapping:
    fields.only("virtual", "internal", "protocol", "authentication_mode", "host_in_header", "resources", "description")
    virtual_host, virtual_port = _address(fields, "virtual", virtual_address)
    internal_host, internal_port = _address(fields, "internal", internal_address)
    mapping = Mapping(
        virtual_host,
        virtual_port,
        internal_host,
        internal_port,
        protocol=fields.choice("protocol", Protocol, Protocol.HTTP, later=_LATER_PROTOCOLS),
        authentication_mode=fields.choice(
            "authentication_mode", AuthenticationMode, AuthenticationMode.NONE, later=_LATER_MODES
        ),
        host_in_header=fields.choice("host_in_header", HostInHeader, HostInHeader.VIRTUAL),
        resources=_resources(fields),
        description=fields.text("description", ""),
    )
    if virtual_port:
        once.check(mapping.key, fields, "virtual")
    return mapping


def _address(fields: Fields, key: str, parse: Callable[[str], tuple[str, int]]) -> tuple[str, int]:
    text = fields.text(key)
    if not text:
        return "", 0
    try:
        return parse(text)
    except BadAddress as error:
        fields.wrong(key, shown(text), str(error))
        return "", 0


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
    if _PATH.fullmatch(path) and not set("?#\\") & set(path):
        return None
    return "a path that begins with '/', as it stands in a request line (no query, no spaces)"
