"""Reads a list of known hosts as OpenSSH writes it: names, ports in brackets, patterns, hashed names, markers. Pure.

The SSH library reads such lists too, and tells neither a changed key from an unknown one nor an entry with a port from
one without. What a check has to say depends on both.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

MOST_LINES = 20_000
_MARKERS = {"@revoked": "revoked", "@cert-authority": "cert-authority"}


@dataclass(frozen=True, slots=True)
class HostLine:
    """One entry.

    names   as they stand there
    key     the key itself; `kind` is its kind
    """

    number: int
    marker: str
    names: str
    kind: str
    key: bytes

    def is_for(self, name: str) -> bool:
        """Whether a name (`host` or `[host]:port`) is meant. A negated pattern takes it out."""
        if self.names.startswith("|1|"):
            return _hashed(self.names, name)
        wanted = name.lower()
        patterns = self.names.lower().split(",")
        if any(one.startswith("!") and _matches(one[1:], wanted) for one in patterns):
            return False
        return any(_matches(one, wanted) for one in patterns if not one.startswith("!"))

    @property
    def fingerprint(self) -> str:
        """As OpenSSH prints it."""
        return fingerprint(self.key)


def fingerprint(key: bytes) -> str:
    """SHA-256 of a key, as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def looked_up(host: str, port: int) -> str:
    """The name under which a key is stored: the port counts when it is not 22."""
    return host if port == 22 else f"[{host}]:{port}"


def read(text: str) -> tuple[tuple[HostLine, ...], tuple[int, ...]]:
    """The entries, and the numbers of the lines that are none."""
    lines: list[HostLine] = []
    unreadable: list[int] = []
    for number, line in _content(text):
        entry = _entry(number, line.split())
        if entry is None:
            unreadable.append(number)
        else:
            lines.append(entry)
    return tuple(lines), tuple(unreadable)


def about(text: str, host: str, port: int) -> str:
    """The list with empty lines in place of those that do not name the host: the numbers of the lines stay."""
    name, lines = looked_up(host, port), read(text)[0]
    kept = {
        one.number for one in lines if one.is_for(name) or one.is_for(host) or f"[{host.lower()}]:" in one.names.lower()
    }
    return "\n".join(line if number in kept else "" for number, line in enumerate(text.splitlines(), 1))


def _content(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines()[:MOST_LINES], 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _entry(number: int, words: list[str]) -> HostLine | None:
    marker = _MARKERS.get(words[0], "") if words else ""
    rest = words[1:] if marker else words
    if len(rest) < 3:
        return None
    try:
        key = base64.b64decode(rest[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    kind = key[4 : 4 + int.from_bytes(key[:4], "big")]
    return HostLine(number, marker, rest[0], rest[1], key) if kind == rest[1].encode() else None


def _matches(pattern: str, name: str) -> bool:
    """`*` and `?` are wildcards; brackets are not."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _hashed(stored: str, name: str) -> bool:
    parts = stored.split("|")
    try:
        salt, digest = base64.b64decode(parts[2]), base64.b64decode(parts[3])
    except (IndexError, binascii.Error):
        return False
    return hmac.compare_digest(hmac.digest(salt, name.lower().encode(), "sha1"), digest)
