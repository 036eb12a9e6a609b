"""`landbridge probe ...`: the group."""

from __future__ import annotations

import typer

from landbridge.cli import probe_tls

HELP = """Measure the way to a system, layer by layer, and name what stands in it. No destination is needed.

\b
Examples:
  landbridge probe tls erp.example.com
  landbridge probe tls erp.example.com:8443 --trust authorities.pem

Nothing is trusted that was not given. Ends with 0 when nothing was found, with 50 when something was.
"""

app = typer.Typer(name="probe", help=HELP, no_args_is_help=True, rich_markup_mode=None)
app.command("tls", help=probe_tls.HELP)(probe_tls.tls)
