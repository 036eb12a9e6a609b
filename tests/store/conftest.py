from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from landbridge.store import Database, Vault, load_or_create_vault, sqlite_url


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return load_or_create_vault(tmp_path)


@pytest.fixture
def clock() -> list[float]:
    """What time it is, to be set by the test."""
    return [1_000_000.0]


@pytest.fixture
async def db(tmp_path: Path, vault: Vault, clock: list[float]) -> AsyncIterator[Database]:
    database = await Database.open(sqlite_url(tmp_path), vault, clock=lambda: clock[0])
    yield database
    await database.close()


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port where nobody listens: bound, so that no other program gets it, but not listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
