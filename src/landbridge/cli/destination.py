"""`landbridge destination ...`: the group."""

from __future__ import annotations

import typer

from landbridge.cli import (
    destination_delete,
    destination_export,
    destination_find,
    destination_import,
    destination_list,
    destination_set,
    destination_show,
)

HELP = """Work with the destinations of a subaccount.

\b
Examples:
  landbridge destination list --subaccount acme
  landbridge destination find ERP --subaccount acme
  landbridge destination set ERP --subaccount acme Type=HTTP URL=https://erp.example.test

Everything goes through the Destination service, with the credentials of a binding, as an application does it.
"""

app = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)
app.command("list", help=destination_list.HELP)(destination_list.list_)
app.command("show", help=destination_show.HELP)(destination_show.show)
app.command("find", help=destination_find.HELP)(destination_find.find)
app.command("set", help=destination_set.HELP)(destination_set.set_)
app.command("delete", help=destination_delete.HELP)(destination_delete.delete)
app.command("import", help=destination_import.HELP)(destination_import.import_)
app.command("export", help=destination_export.HELP)(destination_export.export)
