from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from landbridge.store import Database, Vault, load_or_create_vault, sqlite_url
from landbridge.testing.known_passwords import KNOWN_PASSWORDS
from tests.postgres import Postgres, running_postgres
from tests.tables import postgres_with_tables, sqlite_with_tables


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return load_or_create_vault(tmp_path)


@pytest.fixture
def clock() -> list[float]:
    """What time it is, to be set by the test."""
    return [1_000_000.0]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once of each kind; with tables where the test has `db` open it."""
    has_tables = "db" in request.fixturenames
    if request.param == "sqlite":
        yield sqlite_with_tables(tmp_path) if has_tables else sqlite_url(tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    with postgres_with_tables(server) if has_tables else server.database() as database:
        yield database


@pytest.fixture
async def db(url: str, vault: Vault, clock: list[float]) -> AsyncIterator[Database]:
    """An open database, once of each kind."""
    database = await Database.open(url, vault, clock=lambda: clock[0], passwords=KNOWN_PASSWORDS)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(tmp_path: Path, vault: Vault) -> AsyncIterator[Database]:
    """For what only files have."""
    database = await Database.open(sqlite_url(tmp_path), vault, passwords=KNOWN_PASSWORDS)
    yield database
    await database.close()


@pytest.fixture
async def postgres_db(postgres: Postgres, vault: Vault) -> AsyncIterator[Database]:
    """For what only servers have."""
    with postgres_with_tables(postgres) as url:
        database = await Database.open(url, vault)
        yield database
        await database.close()


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port where nobody listens: bound, so that no other program gets it, but not listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
