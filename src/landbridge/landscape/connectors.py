"""The section `connectors`: who connects, to which subaccount, under which location id, exposing what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.mappings import read_mappings
from landbridge.landscape.problems import shown
from landbridge.landscape.propagation import read_key_files, read_propagation
from landbridge.model.identifiers import is_guid, is_location_id
from landbridge.model.landscape import ConnectorContent, ProbeScope
from landbridge.model.mapping import CookieDomain
from landbridge.model.service_channel import ServiceChannel

_DOMAIN = re.compile(r"\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Files:
    """Relative names begin at `folder`; `needed` says whether the files must be there."""

    folder: Path
    needed: bool


def read_connectors(root: Fields, subdomains: Mapping[str, str], files: Files) -> tuple[ConnectorContent, ...]:
    """The connectors of a landscape.

    subdomains  subdomain → id of the subaccounts of the same file
    files       how names of files are meant

    A name is unique in the file, a location id in its subaccount (cloud-connector §1.2).
    """
    names, places = Once(), Once()
    return tuple(_connector(fields, names, places, subdomains, files) for fields in root.tables("connectors"))


def _connector(
    fields: Fields, names: Once, places: Once, subdomains: Mapping[str, str], files: Files
) -> ConnectorContent:
    fields.only(
        "name",
        "subaccount",
        "location_id",
        "description",
        "cookie_domains",
        "service_channels",
        "trusted_ca_files",
        "system_certificate",
        "principal_propagation",
        "probes",
        "probes_tell_internal",
        "mappings",
    )
    name = fields.text("name")
    if name:
        names.check(name, fields, "name")
    subaccount = _subaccount(fields, subdomains)
    location = fields.text("location_id", "", check=_location_rule)
    if subaccount:
        places.check((subaccount, location), fields, "location_id")
    return ConnectorContent(
        name,
        subaccount,
        location,
        description=fields.text("description", ""),
        mappings=read_mappings(fields),
        service_channels=tuple(_channel(table) for table in fields.tables("service_channels")),
        cookie_domains=tuple(_cookie_domain(table) for table in fields.tables("cookie_domains")),
        trusted_ca_files=_paths(fields, files),
        system_certificate=read_key_files(fields, "system_certificate", files.folder, needed=files.needed),
        propagation=read_propagation(fields, files.folder, needed=files.needed),
        probes=fields.choice("probes", ProbeScope, ProbeScope.MAPPED),
        probes_tell_internal=fields.flag("probes_tell_internal", False),
    )


def _channel(fields: Fields) -> ServiceChannel:
    fields.only("service", "local_port", "local_host", "enabled")
    return ServiceChannel(
        fields.text("service"),
        fields.number("local_port", 0, 0, 65_535),
        fields.text("local_host", "127.0.0.1"),
        enabled=fields.flag("enabled", True),
    )


def _cookie_domain(fields: Fields) -> CookieDomain:
    fields.only("virtual", "internal")
    return CookieDomain(fields.text("virtual", check=_domain_rule), fields.text("internal", check=_domain_rule))


def _domain_rule(given: str) -> str | None:
    return None if _DOMAIN.fullmatch(given) else "a domain like internal.example, with or without a leading dot"


def _subaccount(fields: Fields, subdomains: Mapping[str, str]) -> str:
    def check(given: str) -> str | None:
        if given in subdomains or is_guid(given):
            return None
        return "the subdomain or id of a subaccount of this file, or any lower-case GUID"

    given = fields.text("subaccount", check=check)
    return subdomains.get(given, given)


def _location_rule(given: str) -> str | None:
    return None if is_location_id(given) else "at most 100 letters, digits, '.', '_', '~', '-'"


def _paths(fields: Fields, files: Files) -> tuple[str, ...]:
    paths = []
    for index, name in enumerate(fields.texts("trusted_ca_files")):
        path = (files.folder / name).absolute()
        trouble = _trouble(path) if files.needed else ""
        if trouble:
            fields.wrong("trusted_ca_files", f"{shown(name)} (item {index}), {trouble}", "a PEM file with certificates")
        paths.append(str(path))
    return tuple(paths)


def _trouble(path: Path) -> str:
    """What is wrong with a file of trusted certificates, as far as a look tells; empty: nothing."""
    try:
        return "" if b"-----BEGIN CERTIFICATE-----" in path.read_bytes() else "which holds no PEM certificate"
    except OSError:
        return "which is no file that can be read"
