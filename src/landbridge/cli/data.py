"""`landbridge data ...`: care of what an installation keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli import audit
from landbridge.cli.options import DATA, AsJson, Data, give_json, say

HELP = """Care for what the cloud side keeps."""

ROTATE_HELP = """Give the database a new master key. Stop landbridge first.

The old key is kept beside it: backups from its time need it. Cut off at any moment, the next start goes on.

\b
Examples:
  landbridge data rotate-key
  landbridge data rotate-key --data-keys     after the database itself has leaked: seals every value anew
"""

DatabaseUrl = Annotated[
    str, typer.Option("--database-url", envvar="LANDBRIDGE_DATABASE_URL", help="Default: SQLite in the data folder.")
]
DataKeys = Annotated[bool, typer.Option("--data-keys", help="Make new data keys, too, and seal every value anew.")]

app = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)

app.command("audit", help=audit.CLOUD_HELP)(audit.cloud)


@app.command("rotate-key", help=ROTATE_HELP)
def rotate_key(
    data: Data = DATA, database_url: DatabaseUrl = "", data_keys: DataKeys = False, as_json: AsJson = False
) -> None:
    """Rotate the master key; with --json, one document on stdout says what was done."""
    from landbridge.data_folder import FolderLock
    from landbridge.faults import FaultError, fault
    from landbridge.net.loop import run
    from landbridge.store import rotate_master_key

    if not data.is_dir():
        raise FaultError(fault("store.key-missing", folder=data))
    lock = FolderLock(data)
    try:
        rotated = run(rotate_master_key(data, database_url, data_keys_too=data_keys))
    finally:
        lock.release()
    if as_json:
        fields = {"old": rotated.old, "new": rotated.new, "kept": str(rotated.kept)}
        give_json({**fields, "dataKeys": rotated.data_keys, "values": rotated.values})
        return
    say(f"New master key {rotated.new}; it seals {rotated.data_keys} data keys.")
    if data_keys:
        say(f"{rotated.values} values were sealed anew with new data keys.")
    say(f"The old key is {rotated.kept}: keep it as long as backups from its time, then delete it.")
