"""`landbridge connector status`: the connector that runs on this machine, as it sees itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from landbridge.cli.options import STATE, AsJson, State, give, give_json

HELP = """Show the connector that runs on this machine: its tunnels, what it exposes, what it refused, and the last
trouble with each internal system.

\b
Examples:
  landbridge connector status
  landbridge connector status --state /var/lib/landbridge-connector --json

Exit code 0 when a tunnel is up, that of the fault when none is.
"""


def status(state: State = STATE, as_json: AsJson = False) -> None:
    """Show the state of the connector that works on this folder."""
    import time

    from landbridge.connector.status import read_status
    from landbridge.faults import FaultError, fault

    try:
        report, runs = read_status(state, time.time())
    except OSError as error:
        reason = error.strerror or str(error)
        raise FaultError(fault("platform.file-unreadable", file=error.filename or state, reason=reason)) from error
    if report is None or not runs:
        last = f"; the last word of one was at {_moment(report['updated'])}" if report else ""
        raise FaultError(fault("connector.not-running", folder=state, last=last))
    give_json(report) if as_json else _tell(report)
    _end_with_fault(report)


def _tell(report: Mapping[str, Any]) -> None:
    location = report["location_id"] or "(default)"
    give(f"connector     {report['connector_id']}, process {report['pid']}, version {report['agent_version']}")
    give(f"subaccount    {report['subaccount_id']}, location id {location}")
    give(f"running since {_moment(report['started'])}; certificate until {_moment(report['certificate_expires'])}")
    give(f"exposes       {', '.join(report['systems']) or 'nothing'}")
    give(f"trusts        {report['trusted_issuers']} issuers of user tokens")
    for link in report["links"]:
        give(f"gateway       {link['gateway']}: {_link(link)}")
    for code, number in sorted(report["refusals"].items()):
        give(f"refused       {number} times {code}")
    for trouble in report.get("troubles", ()):
        give(f"trouble       {_trouble(trouble)}")


def _trouble(trouble: Mapping[str, Any]) -> str:
    system = f"{trouble['system']} -> {trouble['internal']}" if trouble["internal"] else trouble["system"]
    return f"{system}, last at {_moment(trouble['at'])}: {trouble['code']}: {trouble['message']} {trouble['action']}"


def _link(link: Mapping[str, Any]) -> str:
    since = f"{link['state']} since {_moment(link['since'])}"
    if link["state"] == "connected":
        return (
            f"{since}, {link['streams']} streams, {link['bytes_sent']} bytes sent, {link['bytes_received']} received, "
            f"round trip {link['round_trip'] * 1000:.1f} ms"
        )
    reason = link["fault"]
    return f"{since}: {reason['code']}: {reason['message']} {reason['action']}" if reason else since


def _end_with_fault(report: Mapping[str, Any]) -> None:
    """The exit code says whether there is a tunnel."""
    import typer

    from landbridge.faults import CATALOGUE

    links = report["links"]
    if any(link["state"] == "connected" for link in links):
        return
    reason = next((link["fault"] for link in links if link["fault"]), None)
    row = CATALOGUE.get(reason["code"]) if reason else None
    raise typer.Exit(row.exit if row is not None else 20)


def _moment(seconds: Any) -> str:
    return datetime.fromtimestamp(float(seconds), UTC).isoformat(timespec="seconds")
