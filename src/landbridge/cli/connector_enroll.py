"""`landbridge connector enroll`: make this folder the identity of a connector (on the connector's machine)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import STATE, AsJson, State, give_json, say

HELP = """Enrol a connector with authentication data.

\b
Examples:
  landbridge connector enroll landbridge1.eyJnYXRld2F5cyI6...
  landbridge connector enroll --file invitation.txt --state /var/lib/landbridge-connector
  landbridge connector invite --subaccount acme | landbridge connector enroll -

Makes a key here, gets a certificate for it from the gateway, and keeps both in the state folder. The data works once.
"""


def enroll(
    data: Annotated[str, typer.Argument(help="Authentication data; '-' reads it from stdin.", show_default=False)] = "",
    file: Annotated[Path | None, typer.Option(help="Read the authentication data from this file.")] = None,
    state: State = STATE,
    as_json: AsJson = False,
) -> None:
    """Enrol. An identity that the folder holds already is replaced."""
    from landbridge.connector.auditing import AUDIT_FOLDER, ConnectorAudit
    from landbridge.connector.enrol import enrol
    from landbridge.model.enrolment import parse_authentication_data
    from landbridge.net.clock import system_clock
    from landbridge.net.loop import run
    from landbridge.observe.audit import AuditTrail

    enrolled = run(enrol(parse_authentication_data(_text(data, file)), state))
    audit = ConnectorAudit(AuditTrail(state / AUDIT_FOLDER, system_clock), enrolled.subaccount_id)
    audit.enrolled(enrolled.gateways)
    if as_json:
        give_json(
            {
                "connectorId": enrolled.connector_id,
                "subaccountId": enrolled.subaccount_id,
                "locationId": enrolled.location_id,
                "gateways": list(enrolled.gateways),
                "state": str(state),
            }
        )
        return
    say(f"Connector {enrolled.connector_id} is enrolled for subaccount {enrolled.subaccount_id}; see {state}.")
    say("Next: landbridge connector run --landscape landscape.yaml --name <connector>")


def _text(data: str, file: Path | None) -> str:
    """The authentication data from where it is. Raises `FaultError`: `platform.file-unreadable`, `platform.usage`."""
    from landbridge.faults import FaultError, fault

    if bool(data) == bool(file):
        problem = "give the authentication data either as an argument or with --file"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge connector enroll"))
    if file is None:
        return sys.stdin.read() if data == "-" else data
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise FaultError(fault("platform.file-unreadable", file=file, reason=reason)) from error
