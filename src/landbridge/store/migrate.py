"""Brings the tables of an open connection to the newest revision, with Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from landbridge.faults import FaultError, fault

HEAD = "0006"
"""The newest revision. A test compares it with the scripts: a database that has it is opened without Alembic."""

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, target: str = HEAD) -> str | None:
    """Create or upgrade the tables within the running transaction; `target` is another revision in tests only.

    Returns the revision they had, None for no tables. Raises `FaultError` (`store.newer`) for a database that a newer
    release has migrated.
    """
    current = revision(connection)
    if current == target:
        return current
    # Late imports: Alembic takes 150 ms, and all starts but the first do without it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise FaultError(fault("store.newer", revision=current, known=HEAD))
    command.upgrade(config, target)
    return current


def revision(connection: Connection) -> str | None:
    """The revision of the tables, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
    return version
