"""`landbridge connector ...`: the group. Two commands for the cloud side, two for the machine of the connector."""

from __future__ import annotations

import typer

from landbridge.cli import (
    connector_apply,
    connector_check,
    connector_enroll,
    connector_invite,
    connector_revoke,
    connector_run,
)

HELP = """Let connectors in, and run one.

\b
On the cloud side:             landbridge connector invite --subaccount acme
On the connector's machine:    landbridge connector enroll <authentication data>
                               landbridge connector run --landscape landscape.yaml --name office
"""

app = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)
app.command("invite", help=connector_invite.HELP)(connector_invite.invite)
app.command("revoke", help=connector_revoke.HELP)(connector_revoke.revoke)
app.command("enroll", help=connector_enroll.HELP)(connector_enroll.enroll)
app.command("apply", help=connector_apply.HELP)(connector_apply.apply)
app.command("check", help=connector_check.HELP)(connector_check.check)
app.command("run", help=connector_run.HELP)(connector_run.run)
