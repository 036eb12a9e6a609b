"""A data folder and its database together: opened in every state that a rotation can leave, and rotated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from landbridge.faults import FaultError
from landbridge.model.clock import Clock
from landbridge.net.clock import system_clock
from landbridge.store.database import Database, sqlite_url
from landbridge.store.envelope import change_master_key, renew_data_keys
from landbridge.store.key_files import load_or_create_vault, load_vault, next_vault, prepare_next, take_over
from landbridge.store.passwords import Passwords
from landbridge.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did. Keys are named by fingerprints; `kept` is the file of the old one."""

    old: str
    new: str
    kept: Path
    data_keys: int
    values: int


async def open_installation(
    data: Path, url: str = "", clock: Clock = system_clock, passwords: Passwords | None = None
) -> Database:
    """The database of a data folder; `url` is empty for the one inside it. Finishes a rotation that was cut off.

    passwords  as of `Database.open`

    Raises `FaultError` as `load_or_create_vault` and `Database.open` do.
    """
    vault = load_or_create_vault(data)
    try:
        return await Database.open(url or sqlite_url(data), vault, clock=clock, passwords=passwords)
    except FaultError as error:
        following = next_vault(data)
        if error.fault.code != "store.key-wrong" or following is None:
            raise
    database = await Database.open(url or sqlite_url(data), following, clock=clock, passwords=passwords)
    await database.settle()
    take_over(data)
    return database


async def rotate_master_key(data: Path, url: str = "", *, data_keys_too: bool = False) -> Rotated:
    """Give the installation a new master key. Nobody else may work on it meanwhile: others know the old key only.

    The order makes it safe to be cut off anywhere: the new key is on the disk, then the database changes in one
    transaction, and is on the disk, then the files change their names. Run it again, or just start: both go on.

    data_keys_too  also make new data keys and seal every value anew: for when the database itself has leaked

    Raises `FaultError`: `store.key-missing`, and as `open_installation`.
    """
    load_vault(data)
    await (await open_installation(data, url)).close()  # finishes what was cut off
    old, new = load_vault(data), prepare_next(data)
    async with _opened(data, url, old) as database:
        async with database.begin() as session:
            values = await renew_data_keys(session) if data_keys_too else 0
            count = await change_master_key(session, new)
        await database.settle()
    return Rotated(old.fingerprint, new.fingerprint, take_over(data), count, values)


@asynccontextmanager
async def _opened(data: Path, url: str, vault: Vault) -> AsyncIterator[Database]:
    database = await Database.open(url or sqlite_url(data), vault)
    try:
        yield database
    finally:
        await database.close()
