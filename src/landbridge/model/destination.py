"""Destinations: a flat set of text properties with a name and a type (destination-service §1.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from urllib.parse import urlsplit

from landbridge.model.properties import NAME_LIMIT, content_of, etag_of, name_rule, text_of

__all__ = ["NAME_LIMIT", "SECRET_KEYS", "TYPES", "Destination", "InvalidDestination", "destination", "deviations"]

TYPES = frozenset({"HTTP", "RFC", "MAIL", "LDAP", "TCP"})

_UNFIT = re.compile(r"[\s\x00-\x1f\x7f]")
"""Characters that no URL holds as they are; `urlsplit` would drop some of them silently."""

SECRET_KEYS = frozenset(
    {
        "Password",
        "clientSecret",
        "tokenServicePassword",
        "KeyStorePassword",
        "TrustStorePassword",
        "tokenService.KeyStorePassword",
        "mail.password",
        "ldap.password",
        "jco.client.passwd",
        "jco.destination.repository.passwd",
        "jco.client.tech_user_secret",
    }
)
"""Properties that `$skipCredentials` drops and that are masked wherever people look (destination-service §1.3)."""


class InvalidDestination(ValueError):
    """The properties do not make a destination: `field` must be what `expected` says."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field} must be {expected}")
        self.field = field
        self.expected = expected


@dataclass(frozen=True, repr=False)  # no slots: the etag is worked out once
class Destination:
    """A destination as it is stored. Every value is text; unknown properties are kept as they are."""

    properties: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.properties["Name"]

    @property
    def type(self) -> str:
        return self.properties["Type"]

    @property
    def authentication(self) -> str:
        return self.get("Authentication") or "NoAuthentication"

    @property
    def proxy_type(self) -> str:
        return self.get("ProxyType") or "Internet"

    def get(self, key: str, default: str = "") -> str:
        return self.properties.get(key, default)

    @cached_property
    def etag(self) -> str:
        """64 hex characters that change with every change of content."""
        return etag_of(dict(self.properties))

    def __repr__(self) -> str:
        return f"<Destination {self.name!r} {self.type} {self.authentication}>"


def destination(properties: Mapping[str, object]) -> Destination:
    """A destination from what a client sent: scalars become text, `$metadata` is taken away.

    Raises `InvalidDestination`, the first of `deviations` (destination-service §1.3, write validation).
    """
    for deviation in deviations(properties):
        raise deviation
    return Destination(MappingProxyType({key: text_of(value) or "" for key, value in content_of(properties).items()}))


def deviations(properties: Mapping[str, object]) -> tuple[InvalidDestination, ...]:
    """Everything that keeps `properties` from being a destination; empty when they are one."""
    found = []
    texts: dict[str, str] = {}
    for key, value in content_of(properties).items():
        text = text_of(value) if text_of(key) is not None else None
        if text is None:
            found.append(InvalidDestination(key, "a text, a number or true/false"))
        texts[key] = text or ""
    wrong = {error.field for error in found}
    rules = (("Name", name_rule(texts.get("Name", ""))), ("Type", _type_rule(texts)), ("URL", _url_rule(texts)))
    found += [InvalidDestination(field, expected) for field, expected in rules if expected and field not in wrong]
    return tuple(found)


def _type_rule(texts: Mapping[str, str]) -> str | None:
    return None if texts.get("Type") in TYPES else f"one of {', '.join(sorted(TYPES))}"


def _url_rule(texts: Mapping[str, str]) -> str | None:
    """The original refuses a malformed URL when it is written (destination-service §1.2)."""
    if texts.get("Type") != "HTTP":
        return None
    url = texts.get("URL", "")
    if not url:
        return "a URL (Type HTTP requires it)"
    try:
        parts = urlsplit(url)
        well_formed = bool(parts.scheme and parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    return None if well_formed and not _UNFIT.search(url) else "a URL like https://host:port/path"
