"""Bindings as Kubernetes hands them to programs: a folder for each, a file for each credential (§6.4).

Pure: bindings in, relative paths and contents out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum

from landbridge.identity.binding import VcapServices

SECRETS = frozenset({"clientsecret", "certificate", "key", "certurl"})
"""Files that an earlier binding may have left, and that would be believed beside those of the present one."""

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_UNFIT_NAME = re.compile(r"[^a-z0-9-]+")
_PYTHON_KEYS = ("clientid", "clientsecret", "url", "uri", "identityzone")


class Layout(StrEnum):
    """Where programs look: below SERVICE_BINDING_ROOT, or below /etc/secrets/<layout>."""

    SERVICE_BINDING = "service-binding"
    SAPCP = "sapcp"
    SAPBTP = "sapbtp"
    APPFND = "appfnd"


def files(services: VcapServices, layout: Layout) -> dict[str, str]:
    """Relative path → content, for all bindings."""
    return {
        f"{folder}/{name}": content
        for label, entry in _entries(services)
        for folder in [_folder(label, entry, layout)]
        for name, content in _contents(entry, layout).items()
    }


def secret_manifests(services: VcapServices) -> list[dict[str, object]]:
    """A Secret for each binding; mounted as a folder below SERVICE_BINDING_ROOT it is one."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": _secret_name(label, str(entry["name"]))},
            "type": f"servicebinding.io/{label}",
            "stringData": _with_metadata(entry),
        }
        for label, entry in _entries(services)
    ]


def _entries(services: VcapServices) -> Iterator[tuple[str, dict[str, object]]]:
    for label, entries in services.items():
        for entry in entries:
            yield label, entry


def _folder(label: str, entry: dict[str, object], layout: Layout) -> str:
    instance = _UNFIT.sub("-", str(entry["name"])).strip(".") or "binding"
    return instance if layout is Layout.SERVICE_BINDING else f"{label}/{instance}"


def _contents(entry: dict[str, object], layout: Layout) -> dict[str, str]:
    if layout is Layout.SERVICE_BINDING:
        return _with_metadata(entry)
    credentials = _texts(entry)
    if layout is Layout.APPFND:
        return {name: credentials[name] for name in _PYTHON_KEYS if name in credentials}
    return credentials


def _with_metadata(entry: dict[str, object]) -> dict[str, str]:
    """The credentials, what is known of the instance, and `.metadata`, which says how to read each of them."""
    about = {
        "type": entry["label"],
        "label": entry["label"],
        "plan": entry["plan"],
        "tags": entry["tags"],
        "instance_name": entry["instance_name"],
        "instance_guid": entry["instance_guid"],
    }
    credentials = entry["credentials"]
    assert isinstance(credentials, dict)
    metadata = {
        "metaDataProperties": [_property(name, value) for name, value in about.items()],
        "credentialProperties": [_property(name, value) for name, value in credentials.items()],
    }
    texts = {name: _text(value) for name, value in about.items()} | _texts(entry)
    return texts | {".metadata": json.dumps(metadata)}


def _property(name: str, value: object) -> dict[str, str]:
    return {"name": name, "format": "text" if isinstance(value, str) else "json"}


def _texts(entry: dict[str, object]) -> dict[str, str]:
    credentials = entry["credentials"]
    assert isinstance(credentials, dict)
    return {str(name): _text(value) for name, value in credentials.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _secret_name(label: str, instance: str) -> str:
    """A name that Kubernetes takes (RFC 1123)."""
    return _UNFIT_NAME.sub("-", f"{label}-{instance}".lower()).strip("-")[:63].strip("-")
