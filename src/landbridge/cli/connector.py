"""`landbridge connector ...`: the group. Commands for the cloud side, and for the machine of the connector."""

from __future__ import annotations

import typer

from landbridge.cli import (
    audit,
    connector_apply,
    connector_check,
    connector_enroll,
    connector_invite,
    connector_revoke,
    connector_run,
    connector_status,
)

HELP = """Let connectors in, and run one.

\b
On the cloud side:             landbridge connector invite --subaccount acme
On the connector's machine:    landbridge connector enroll <authentication data>
                               landbridge connector run --landscape landscape.yaml --name office
                               landbridge connector status
"""

app = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)
app.command("invite", help=connector_invite.HELP)(connector_invite.invite)
app.command("revoke", help=connector_revoke.HELP)(connector_revoke.revoke)
app.command("enroll", help=connector_enroll.HELP)(connector_enroll.enroll)
app.command("apply", help=connector_apply.HELP)(connector_apply.apply)
app.command("check", help=connector_check.HELP)(connector_check.check)
app.command("run", help=connector_run.HELP)(connector_run.run)
app.command("status", help=connector_status.HELP)(connector_status.status)
app.command("audit", help=audit.CONNECTOR_HELP)(audit.connector)
