"""Connections: how SQLite and PostgreSQL are made to behave alike.

Readers see one picture from their first statement on and wait for nobody. Writers take turns: what one of them reads
stays true until its commit, so that nothing is lost or doubled, whoever else writes.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from landbridge.faults import FaultError, fault

_TURN = 0x6C616E64
"""Number of the advisory lock that writers hold in PostgreSQL."""


async def prepare(connection: AsyncConnection, *, write: bool) -> None:
    """Say, before it begins, what kind of transaction comes."""
    if connection.dialect.name != "postgresql":
        await connection.execution_options(landbridge_write=write)
    elif write:
        # The picture is taken anew for each statement: what was committed while we waited for our turn is seen.
        await connection.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
    else:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


async def wait_for_turn(connection: AsyncConnection) -> None:
    """Begin to write: SQLite has done so with BEGIN IMMEDIATE. The lock ends with the transaction."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


def engine_of(url: str | URL, busy_seconds: float) -> AsyncEngine:
    """The connections of a database. Raises `FaultError` (`store.url-unusable`)."""
    try:
        return _engine(make_url(url), busy_seconds)
    except (ArgumentError, ImportError) as error:  # no URL, none of ours, no driver
        raise FaultError(fault("store.url-unusable", reason=error)) from error


def _engine(url: URL, busy_seconds: float) -> AsyncEngine:
    if not url.get_dialect().is_async:
        raise ArgumentError(f"{url.drivername} is no asynchronous driver")
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, busy_seconds)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise ArgumentError("only files of SQLite and servers of PostgreSQL are supported")
    _create_private(Path(url.database))
    engine = create_async_engine(url, connect_args={"timeout": busy_seconds}, pool_timeout=busy_seconds)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL, busy_seconds: float) -> AsyncEngine:
    settings = {"lock_timeout": str(round(busy_seconds * 1000)), "application_name": "landbridge"}
    return create_async_engine(
        url, pool_pre_ping=True, pool_timeout=busy_seconds, connect_args={"server_settings": settings}
    )


def _create_private(path: Path) -> None:
    """Make the file before SQLite does, so that only its owner may read it (the journal files inherit that).

    A file that is there is not opened: closing it would drop the locks of other connections of this process.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise FaultError(fault("store.unavailable", place=path, reason=error.strerror or error)) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would say it late, and never for reads
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: one that turns from reader to writer late is refused without waiting."""
    writes = connection.get_execution_options().get("landbridge_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
