"""The rules for ids and names that people type."""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCATION = re.compile(r"[A-Za-z0-9._~-]{0,100}")


def is_guid(text: str) -> bool:
    """A lower-case GUID; the original refuses upper case (cloud-connector §1.2)."""
    return _GUID.fullmatch(text) is not None


def is_subdomain(text: str) -> bool:
    """One lower-case DNS label (RFC 1123)."""
    return _SUBDOMAIN.fullmatch(text) is not None


def is_location_id(text: str) -> bool:
    """URI-safe text of at most 100 characters; empty is a name too (connectivity-proxy §6)."""
    return _LOCATION.fullmatch(text) is not None
