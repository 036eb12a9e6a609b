"""Enrolment, the connector's side: key and CSR here, certificate from the cloud side, all into the state folder."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

from landbridge.connector.gateway_request import OddAnswer, client_context, fault_of, send_request
from landbridge.connector.identity_key import new_key, request_for
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.files import ConnectorState, save_state
from landbridge.faults import FaultError, fault
from landbridge.model.enrolment import AuthenticationData


async def enrol(data: AuthenticationData, folder: Path, settings: ConnectorSettings | None = None) -> ConnectorState:
    """Use the authentication data once, and keep what it brings in `folder`.

    The private key never leaves this machine. Raises `FaultError` (`enrolment.*`, `tunnel.gateway-*`,
    `connector.state-unreadable`).
    """
    key_pem, csr = request_for(new_key())
    answer = await _ask(data, csr, settings or ConnectorSettings())
    state = ConnectorState(
        connector_id=answer["connector"],
        subaccount_id=answer["subaccount"],
        location_id=answer["location"],
        gateways=data.gateways,
        key_pem=key_pem,
        certificate_pem=answer["certificate"],
        ca_pem=answer["ca"],
        folder=folder,
    )
    save_state(folder, state)
    return state


async def _ask(data: AuthenticationData, csr: str, settings: ConnectorSettings) -> dict[str, str]:
    """Try the gateways in order; the first that can be reached decides."""
    try:
        context = client_context(data.ca_pem)
    except ssl.SSLError:
        raise FaultError(fault("enrolment.data-malformed", reason="its certificate cannot be read")) from None
    body = json.dumps({"secret": data.secret.reveal(), "csr": csr}).encode()
    failure: FaultError | None = None
    for address in data.gateways:
        try:
            return await _ask_one(address, context, body, settings)
        except FaultError as error:
            if not error.fault.code.startswith("tunnel.gateway-unreachable"):
                raise
            failure = error
    raise failure or FaultError(fault("enrolment.data-malformed", reason="it names no gateway"))


async def _ask_one(address: str, context: ssl.SSLContext, body: bytes, settings: ConnectorSettings) -> dict[str, str]:
    request = b"POST /enrol HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        address.encode("idna" if not address.isascii() else "ascii"),
        len(body),
        body,
    )
    try:
        transport, answered, head = await send_request(address, context, request, settings)
    except OddAnswer as odd:
        reason = str(odd) or "it closed the connection"
        raise FaultError(fault("tunnel.gateway-odd-answer", address=address, reason=reason)) from None
    transport.close()
    if head.status != 200:
        raise FaultError(fault_of(address, head, answered.body))
    try:
        fields = json.loads(answered.body)
        return {name: str(fields[name]) for name in ("connector", "subaccount", "location", "certificate", "ca")}
    except (ValueError, KeyError, TypeError, RecursionError):
        reason = "its answer is not the expected JSON"
        raise FaultError(fault("tunnel.gateway-odd-answer", address=address, reason=reason)) from None
