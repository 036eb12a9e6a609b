"""What the backend is told about who is calling (cloud-connector §3.4, §3.8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from landbridge.model.mapping import Mapping
from landbridge.model.principal import NOBODY, Principal

Step = dict[str, str]
"""One line of an identity trace: what was done, and with which outcome. Never a token."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A principal, the header lines that carry it, and how it came about."""

    principal: Principal
    header_lines: bytes
    steps: tuple[Step, ...] = field(default=(), compare=False)


_ANONYMOUS = Identity(NOBODY, b"")
NOT_IDENTIFIED = _ANONYMOUS
_EMPTY = Identity(NOBODY, b"SSL_CLIENT_CERT: \r\n")


def anonymous(mapping: Mapping) -> Identity:
    """A request without identity; an empty certificate forbids logon by the system certificate."""
    return _EMPTY if mapping.authentication_mode.is_restricted else _ANONYMOUS
