"""From an address to a running tunnel, or to the named reason why there is none (design §5, link)."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from landbridge.connector.gateway_request import OddAnswer, client_context, fault_of, send_request
from landbridge.connector.session import ConnectorSession
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.files import ConnectorState
from landbridge.faults import Fault, FaultError, fault
from landbridge.wire.messages import UPGRADE_TOKEN


def tunnel_context(state: ConnectorState) -> ssl.SSLContext:
    """TLS with the connector's certificate. Raises `FaultError` (`connector.state-unreadable`)."""
    try:
        return client_context(state.ca_pem, state.certificate_pem, state.key_pem)
    except ssl.SSLError as error:
        reason = error.reason or "not a certificate with its key"
        raise FaultError(fault("connector.state-unreadable", file="certificate.pem", reason=reason)) from None


async def dial(
    address: str,
    context: ssl.SSLContext,
    state: ConnectorState,
    settings: ConnectorSettings,
    new_session: Callable[[], ConnectorSession],
) -> ConnectorSession:
    """A session on a fresh connection. Raises `FaultError` (`tunnel.*`)."""
    try:
        transport, answered, head = await send_request(address, context, _upgrade(address), settings)
    except OddAnswer as odd:
        raise FaultError(await _why(address, state, settings, str(odd))) from None
    if head.status != 101:
        transport.close()
        raise FaultError(fault_of(address, head, answered.body))
    session = new_session()
    transport.set_protocol(session.link)
    session.link.connection_made(transport)
    if answered.body:
        session.link.data_received(answered.body)
    return session


async def _why(address: str, state: ConnectorState, settings: ConnectorSettings, reason: str) -> Fault:
    """A TLS server that refuses a certificate says nothing; dialled without one it names the cause (traps 1).

    Only a certificate that is not of the gateway's authority can be refused so; any other silence passes by itself.
    """
    reason = reason or "it closed the connection"
    try:
        certificate = x509.load_pem_x509_certificate(state.certificate_pem.encode())
        if _is_issued_by(certificate, x509.load_pem_x509_certificate(state.ca_pem.encode())):
            return fault("tunnel.gateway-odd-answer", address=address, reason=reason)
        issuer = certificate.issuer.rfc4514_string()
        hint = f"Landbridge-Certificate-Issuer: {issuer.encode('ascii', 'replace').decode()}\r\n"
        request = _upgrade(address, hint)
        transport, answered, head = await send_request(address, client_context(state.ca_pem), request, settings)
        transport.close()
        return fault_of(address, head, answered.body)
    except (OddAnswer, ValueError):
        return fault("tunnel.gateway-odd-answer", address=address, reason=reason)


def _is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _upgrade(address: str, extra: str = "") -> bytes:
    return (
        f"GET /tunnel HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: {UPGRADE_TOKEN}\r\n{extra}\r\n"
    ).encode("latin-1", "replace")
