"""The database: opened and migrated once, used in short transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, delete
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock
from landbridge.net.clock import system_clock
from landbridge.store.changes import Changes
from landbridge.store.engine import engine_of, prepare, wait_for_turn
from landbridge.store.envelope import check_vault, envelop
from landbridge.store.failures import storage_fault
from landbridge.store.migrate import migrate
from landbridge.store.passwords import Passwords
from landbridge.store.session import Session
from landbridge.store.tables import check_reports, subaccounts
from landbridge.store.vault import Vault
from landbridge.store.versions import VersionRepository

FILE = "landbridge.db"
BUSY_SECONDS = 5.0


def sqlite_url(data: Path) -> str:
    """The URL of the embedded database in the data folder: what an empty `Settings.database_url` means."""
    return URL.create("sqlite+aiosqlite", database=str(data / FILE)).render_as_string()


class Database:
    """The cloud side's storage. Open it with `Database.open`."""

    def __init__(
        self, engine: AsyncEngine, vault: Vault, clock: Clock, busy_seconds: float, passwords: Passwords
    ) -> None:
        self._engine = engine
        self._busy_seconds = busy_seconds
        self._writing = asyncio.Lock()
        self._vault = vault
        self._clock = clock
        self._passwords = passwords
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.changes = Changes()

    @classmethod
    async def open(
        cls,
        url: str | URL,
        vault: Vault,
        busy_seconds: float = BUSY_SECONDS,
        clock: Clock = system_clock,
        passwords: Passwords | None = None,
    ) -> Database:
        """Connect, migrate to the newest tables, and check that `vault` is the one the content was sealed with.

        url           `sqlite+aiosqlite:///file` or `postgresql+asyncpg://user@host/database`
        busy_seconds  how long a transaction waits for another one to end before it is `store.busy`
        clock         when content is made and changed
        passwords     a memory of passwords to share; without it the database has its own

        Raises `FaultError`: `store.key-wrong`, `store.newer`, `store.not-a-database`, `store.unavailable` and others.
        """
        database = cls(engine_of(url, busy_seconds), vault, clock, busy_seconds, passwords or Passwords())
        try:
            async with database.begin() as session:
                before = await session.connection.run_sync(migrate)
                await check_vault(session)
                if before == "0001":
                    await envelop(session)
        except BaseException:
            await database.close()
            raise
        return database

    @property
    def place(self) -> str:
        """File or server, for people; without a password."""
        url = self._engine.url
        return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """A transaction that may write: committed at the end, rolled back when the block raises.

        One of them runs at a time, on PostgreSQL as on SQLite: what was read inside is true until the commit. So
        nothing slow belongs inside.
        """
        async with self._turn(), self._transaction(write=True) as session:
            yield session

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Writers of this process queue up here: first come, first served, and none of them holds a connection."""
        try:
            async with asyncio.timeout(self._busy_seconds):
                await self._writing.acquire()
        except TimeoutError as error:
            raise FaultError(fault("store.busy", place=self.place)) from error
        try:
            yield
        finally:
            self._writing.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """A transaction that only reads. Any number run beside each other and beside a writer."""
        async with self._transaction(write=False) as session:
            yield session

    @asynccontextmanager
    async def _transaction(self, *, write: bool) -> AsyncIterator[Session]:
        self._begun()
        try:
            connection = await self._connect()
        except BaseException:
            self._ended()
            raise
        session = Session(connection, self._vault, self._passwords, self._clock)
        try:
            await prepare(connection, write=write)
            async with connection.begin():
                if write:
                    await wait_for_turn(connection)
                yield session
                raised = await VersionRepository(session).raise_(session.touched)
            self.changes.ours(raised)
        except DBAPIError as error:
            known = storage_fault(error, self.place)
            if known is None:
                raise
            raise FaultError(known) from error
        finally:
            self.changes.note(session.touched)  # a commit that failed may have come through all the same
            # A caller who gives up, however often, must not leave an open transaction in the pool.
            ending = asyncio.create_task(connection.close())
            ending.add_done_callback(self._ended)
            await asyncio.shield(ending)

    def _begun(self) -> None:
        self._open += 1
        self._idle.clear()

    def _ended(self, _: object = None) -> None:
        self._open -= 1
        if not self._open:
            self._idle.set()

    async def _connect(self) -> AsyncConnection:
        try:
            return await self._engine.connect()
        except PoolTimeoutError as error:
            raise FaultError(fault("store.busy", place=self.place)) from error
        except DBAPIError as error:
            reason = fault("store.unavailable", place=self.place, reason=error.orig)
            raise FaultError(storage_fault(error, self.place) or reason) from error
        except OSError as error:  # the network, as asyncpg reports it
            reason = fault("store.unavailable", place=self.place, reason=error.strerror or error)
            raise FaultError(reason) from error

    async def clear(self) -> None:
        """Delete every subaccount with all it owns. Keys, the CA and the certificates of connectors stay."""
        try:
            async with self.begin() as session:
                await VersionRepository(session).raise_all()
                await session.execute(delete(subaccounts))
                await session.execute(delete(check_reports))
        finally:
            self.changes.note_everything()

    async def version(self, subaccount_id: str) -> int:
        """A number that rises in the same transaction as every change below the subaccount."""
        async with self.read() as session:
            return await VersionRepository(session).get(subaccount_id)

    async def settle(self) -> None:
        """Return when everything committed is on the disk, whatever befalls the machine (SQLite otherwise writes it
        there in its own time); what was overwritten is then in no journal any more.

        Raises `FaultError` (`store.busy`) while others read.
        """
        async with self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                raw = (await connection.get_raw_connection()).driver_connection
                assert raw is not None, "it was connected above"
                cursor = await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                (busy, *_) = await cursor.fetchone()
                if busy:
                    raise FaultError(fault("store.busy", place=self.place))

    async def close(self) -> None:
        """Close the connections, when the transactions under way have ended; no longer than a writer would wait.

        A connection that is left alone while its loop ends is waited for by the loop, for ever.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._busy_seconds):
                await self._idle.wait()
        await self._engine.dispose()
