"""Which identity the backend sees (cloud-connector §3.8).

Mappings of this release propagate no user: modes NONE and NONE_RESTRICTED. A user token that comes along is ignored,
as the original does when a mapping's principal type is none (connectivity-proxy §5 row 17).
"""

from __future__ import annotations

from landbridge.model.mapping import AuthenticationMode, Mapping
from landbridge.model.principal import NOBODY, Principal


def principal_of(mapping: Mapping) -> Principal:
    """Whom a request through this mapping acts for."""
    return NOBODY


def identity_headers(mapping: Mapping) -> bytes:
    """Header lines that tell the backend who is calling; an empty certificate forbids logon by system certificate."""
    return b"SSL_CLIENT_CERT: \r\n" if mapping.authentication_mode is AuthenticationMode.NONE_RESTRICTED else b""
