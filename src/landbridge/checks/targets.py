"""Targets as people write them: host, host:port, or a URL."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from landbridge.checks.evidence import Target
from landbridge.faults import FaultError, fault

LONGEST = 4096


def target_of(text: str, protocol: str, port: int | Mapping[str, int], schemes: tuple[str, ...]) -> Target:
    """The target in a text.

    port     where such targets are, for all schemes or by scheme
    schemes  of their URLs; the first one counts when there is none

    Raises `FaultError` (`check.target-invalid`).
    """
    try:
        parts = urlsplit(text if "://" in text else f"{schemes[0]}://{text}")
        host, asked = parts.hostname, parts.port
    except ValueError:
        raise _invalid(text, "host or port cannot be read") from None
    usual = port if isinstance(port, int) else port.get(parts.scheme, 0)
    if parts.scheme not in schemes:
        raise _invalid(text, f"the scheme is {' or '.join(schemes)}")
    if parts.username is not None:
        raise _invalid("a URL with a user", "users and passwords are given on their own")
    if not host:
        raise _invalid(text, "there is no host in it")
    if len(text) > LONGEST or any(character.isspace() or ord(character) < 32 for character in text):
        raise _invalid(text[:100], "it holds blanks, or is too long")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(protocol=protocol, scheme=parts.scheme, host=host, port=asked or usual, path=path)


def _invalid(text: str, reason: str) -> FaultError:
    return FaultError(fault("check.target-invalid", target=text, reason=reason))
