"""TLS towards backends: an allow-list of authorities (an empty one trusts nothing), and the system certificate."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

from landbridge.faults import FaultError, fault
from landbridge.model.propagation import KeyFiles

_CERTIFICATE_REQUEST = 13
"""Handshake message type (RFC 8446 §4.3.2)."""

_asked: WeakSet[Any] = WeakSet()


def backend_trust(files: Sequence[Path], system: KeyFiles | None = None) -> ssl.SSLContext:
    """The TLS context for all backends of a connector.

    system  the certificate that is presented to every backend that asks (cloud-connector §3.4)

    Raises `FaultError` (`connector.state-unreadable`) when a file is missing or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in files:
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ssl.SSLError) as error:
            raise _unusable(str(file), error, "it holds no PEM certificate") from None
    if system is not None:
        try:
            context.load_cert_chain(system.certificate, system.key)
        except (OSError, ssl.SSLError) as error:
            raise _unusable(system.certificate, error, "it is no certificate with its unencrypted key") from None
        # The library offers no other way to learn that a server asked: it hides the CertificateRequest.
        context._msg_callback = _on_message  # type: ignore[attr-defined]
    return context


def asked_for_certificate(connection: object | None) -> bool:
    """Whether the server asked for the system certificate in this connection's handshake (and so got it)."""
    return connection is not None and connection in _asked


def _on_message(connection: Any, direction: str, version: int, content: int, message: int, data: bytes) -> None:
    if message == _CERTIFICATE_REQUEST and direction == "read":
        _asked.add(connection)


def _unusable(file: str, error: OSError, content: str) -> FaultError:
    reason = content if isinstance(error, ssl.SSLError) else error.strerror or "it cannot be read"
    return FaultError(fault("connector.state-unreadable", file=file, reason=reason))
