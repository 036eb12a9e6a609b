"""Whom the connector trusts among HTTPS backends: an allow-list of authorities; an empty one trusts nothing."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

from landbridge.faults import FaultError, fault


def backend_trust(files: Sequence[Path]) -> ssl.SSLContext:
    """The TLS context for all HTTPS backends of a connector.

    Raises `FaultError` (`connector.state-unreadable`) when a file is missing or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in files:
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror if not isinstance(error, ssl.SSLError) else "it holds no PEM certificate"
            raise FaultError(fault("connector.state-unreadable", file=file, reason=reason or "unreadable")) from None

    return context
