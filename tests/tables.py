"""Databases that have their tables already: to migrate an empty one takes longer than most tests."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from landbridge.store import sqlite_url
from landbridge.store.engine import engine_of
from landbridge.store.migrate import migrate
from tests.postgres import Postgres


def sqlite_with_tables(folder: Path) -> str:
    """The URL of a database in the folder."""
    name, content = _migrated()
    (folder / name).touch(mode=0o600)
    (folder / name).write_bytes(content)
    return sqlite_url(folder)


@cache
def _migrated() -> tuple[str, bytes]:
    """Name and content of the file."""
    with tempfile.TemporaryDirectory(prefix="landbridge-") as folder:
        _migrate(sqlite_url(Path(folder)))
        (file,) = Path(folder).iterdir()
        return file.name, file.read_bytes()


@contextmanager
def postgres_with_tables(server: Postgres) -> Iterator[str]:
    """The URL of a database of the server, which is the caller's alone."""
    if not _script:
        with server.database() as url:
            _migrate(url)
            _script.append(server.dump(make_url(url).database or ""))
    with server.database(_script[0]) as url:
        yield url


_script: list[str] = []
"""What makes the tables, once it is known."""


def _migrate(url: str) -> None:
    """In a thread: the one that asks may have a loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrated_at(url)).result()


async def _migrated_at(url: str) -> None:
    engine = engine_of(url, 5.0)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()
