from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from landbridge.faults import FaultError
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Subaccount
from landbridge.store import (
    ClientRepository,
    ConnectorCertificate,
    ConnectorCertificateRepository,
    ConnectorRepository,
    Database,
    DestinationRepository,
    InstanceRepository,
    Invitation,
    InvitationRepository,
    KeyKind,
    KeyRepository,
    StoredKey,
    SubaccountRepository,
    UserRepository,
    Vault,
    sqlite_url,
)
from tests.postgres import Postgres
from tests.store.nouns import ACME, ALICE, CLIENT, INSTANCE, OTHER, orders

pytestmark = pytest.mark.anyio

CERTIFICATE = ConnectorCertificate("ab12", "c" * 36, ACME.id, "", 1.0, 2.0)
KEY = StoredKey("key-1", KeyKind.SIGNING, "public", Secret("private-key-in-the-clear"), 1.0)
ONE_TIME = Secret("one-time-secret-in-the-clear")


async def fill(db: Database) -> None:
    """One of everything."""
    async with db.begin() as session:
        await SubaccountRepository(session).put(ACME)
        await UserRepository(session).put(ACME.id, ALICE)
        await InstanceRepository(session).put(INSTANCE)
        await ClientRepository(session).put(CLIENT)
        await DestinationRepository(session).put(ACME.id, None, orders())
        await DestinationRepository(session).put(ACME.id, INSTANCE.id, orders())
        await ConnectorRepository(session).expect(ACME.id, "", "plant")
        await InvitationRepository(session).put(ONE_TIME, Invitation(ACME.id, "", 5.0))
        await ConnectorCertificateRepository(session).put(CERTIFICATE)
        await KeyRepository(session).put(KEY)


async def test_no_secret_can_be_read_in_the_files(sqlite_db: Database, tmp_path: Path) -> None:
    await fill(sqlite_db)
    await sqlite_db.close()
    files = [file for file in tmp_path.iterdir() if file.name != "master.key"]
    content = b"".join(file.read_bytes() for file in files)
    assert b"acme" in content, "this test looks at the right files"
    assert b"in-the-clear" not in content
    assert (tmp_path / "master.key").read_bytes().strip() not in content


async def test_only_the_owner_can_read_the_files(sqlite_db: Database, tmp_path: Path) -> None:
    await fill(sqlite_db)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.glob("landbridge.db*")} == {0o600}


async def test_content_outlives_the_process(db: Database, url: str, vault: Vault) -> None:
    await fill(db)
    await db.close()
    again = await Database.open(url, vault)
    async with again.read() as session:
        assert await SubaccountRepository(session).list() == [ACME]
        assert await ClientRepository(session).get(CLIENT.id) == CLIENT
        assert await UserRepository(session).verify(ACME.id, ALICE.name, ALICE.password) is not None
    await again.close()


async def test_clear_deletes_subaccounts_and_keeps_keys_and_certificates(db: Database) -> None:
    await fill(db)
    await db.clear()
    async with db.read() as session:
        assert await SubaccountRepository(session).list() == []
        assert await UserRepository(session).list(ACME.id) == []
        assert await InstanceRepository(session).get(INSTANCE.id) is None
        assert await ClientRepository(session).get(CLIENT.id) is None
        assert await DestinationRepository(session).list(ACME.id, None) == []
        assert await DestinationRepository(session).list(ACME.id, INSTANCE.id) == []
        assert await ConnectorRepository(session).expected(ACME.id) == []
        assert await InvitationRepository(session).find(ONE_TIME) is None
        assert await ConnectorCertificateRepository(session).get("ab12") == CERTIFICATE
        assert await KeyRepository(session).list(KeyKind.SIGNING) == [KEY]


async def test_a_block_that_raises_leaves_nothing_behind(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.begin() as session:
            await SubaccountRepository(session).put(ACME)
            raise ZeroDivisionError
    async with db.read() as session:
        assert await SubaccountRepository(session).list() == []


async def test_concurrent_puts_all_arrive(db: Database) -> None:
    async def put(number: int) -> None:
        async with db.begin() as session:
            known = await SubaccountRepository(session).list()
            await SubaccountRepository(session).put(Subaccount(f"{number:036}", f"sub-{number}", str(len(known))))

    await asyncio.gather(*(put(number) for number in range(40)))
    async with db.read() as session:
        names = [subaccount.name for subaccount in await SubaccountRepository(session).list()]
    assert sorted(names, key=int) == [str(number) for number in range(40)], "each saw what the one before wrote"


async def test_a_reader_does_not_wait_for_a_writer(db: Database) -> None:
    async with db.begin() as writing:
        await SubaccountRepository(writing).put(ACME)
        async with db.read() as reading:
            assert await SubaccountRepository(reading).list() == []


async def test_a_writer_that_never_ends_makes_others_busy(url: str, vault: Vault) -> None:
    db = await Database.open(url, vault, busy_seconds=0.05)
    async with db.begin() as session:
        await SubaccountRepository(session).put(ACME)
        with pytest.raises(FaultError) as caught:
            async with db.begin() as late:
                await SubaccountRepository(late).put(OTHER)
    assert caught.value.fault.code == "store.busy"
    assert caught.value.fault.kind.retry
    await db.close()


async def test_a_wrong_key_has_a_name(db: Database, url: str) -> None:
    await db.close()
    with pytest.raises(FaultError) as caught:
        await Database.open(url, Vault(bytes(32)))
    assert caught.value.fault.code == "store.key-wrong"


async def test_a_file_that_is_no_database_has_a_name(tmp_path: Path, vault: Vault) -> None:
    (tmp_path / "landbridge.db").write_text("this is a letter, not a database. " * 100)
    with pytest.raises(FaultError) as caught:
        await Database.open(sqlite_url(tmp_path), vault)
    assert caught.value.fault.code == "store.not-a-database"


async def test_a_damaged_database_has_a_name(sqlite_db: Database, tmp_path: Path, vault: Vault) -> None:
    await fill(sqlite_db)
    await sqlite_db.close()
    file = tmp_path / "landbridge.db"
    content = bytearray(file.read_bytes())
    content[4096 : len(content)] = os.urandom(len(content) - 4096)
    file.write_bytes(bytes(content))
    with pytest.raises(FaultError) as caught:
        await Database.open(sqlite_url(tmp_path), vault)
    assert caught.value.fault.code == "store.damaged"


async def test_a_path_that_cannot_be_made_has_a_name(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(FaultError) as caught:
        await Database.open(sqlite_url(tmp_path / "missing"), vault)
    assert caught.value.fault.code == "store.unavailable"


async def test_a_server_that_is_not_there_has_a_name(vault: Vault, unused_port: int) -> None:
    with pytest.raises(FaultError) as caught:
        await Database.open(f"postgresql+asyncpg://me:hidden@127.0.0.1:{unused_port}/landbridge", vault)
    assert caught.value.fault.code == "store.unavailable"
    assert "hidden" not in caught.value.fault.sentence


async def test_a_database_of_a_newer_release_has_a_name(db: Database, url: str, vault: Vault) -> None:
    async with db.begin() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await db.close()
    with pytest.raises(FaultError) as caught:
        await Database.open(url, vault)
    assert caught.value.fault.code == "store.newer"
    assert "9999" in caught.value.fault.sentence


async def test_a_path_that_is_a_folder_has_a_name(tmp_path: Path, vault: Vault) -> None:
    (tmp_path / "landbridge.db").mkdir()
    with pytest.raises(FaultError) as caught:
        await Database.open(sqlite_url(tmp_path), vault)
    assert caught.value.fault.code == "store.unavailable"


async def test_a_server_that_is_no_database_has_a_name(vault: Vault) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(FaultError) as caught:
            await Database.open(f"postgresql+asyncpg://me@127.0.0.1:{port}/landbridge?ssl=disable", vault)
    assert caught.value.fault.code == "store.unavailable"


async def test_a_full_disk_has_a_name(sqlite_db: Database) -> None:
    with pytest.raises(FaultError) as caught:
        async with sqlite_db.begin() as session:
            await session.execute(text("PRAGMA max_page_count = 1"))  # SQLite raises it to what is in use
            await SubaccountRepository(session).put(replace(ACME, name="x" * 1_000_000))
    assert caught.value.fault.code == "store.full"


async def test_a_database_that_may_not_be_written_has_a_name(sqlite_db: Database) -> None:
    with pytest.raises(FaultError) as caught:
        async with sqlite_db.read() as session:
            await session.execute(text("PRAGMA query_only = ON"))
            await SubaccountRepository(session).put(ACME)
    assert caught.value.fault.code == "store.read-only"


async def test_too_many_transactions_at_once_have_a_name(url: str, vault: Vault) -> None:
    db = await Database.open(url, vault, busy_seconds=0.05)
    async with AsyncExitStack() as stack:
        with pytest.raises(FaultError) as caught:
            for _ in range(100):
                await stack.enter_async_context(db.read())
    assert caught.value.fault.code == "store.busy"
    await db.close()


async def test_a_mistake_of_the_caller_is_no_trouble_of_the_storage(db: Database) -> None:
    with pytest.raises(IntegrityError):
        async with db.begin() as session:
            await UserRepository(session).put("nobody", ALICE)


async def test_a_caller_who_gives_up_leaves_nothing_behind(db: Database) -> None:
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with db.begin() as session:
            await SubaccountRepository(session).put(ACME)
            written.set()
            await asyncio.Event().wait()

    for _ in range(20):  # more than there are connections
        waiting = asyncio.create_task(write_and_wait())
        await written.wait()
        written.clear()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with db.begin() as session:
        assert await SubaccountRepository(session).list() == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "no url",
        "sqlite:///{folder}/synchronous.db",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "mongodb://host/db",
        "mysql://me:hidden@host/db",
        "postgresql+nothing://me:hidden@host/db",
    ],
)
async def test_a_url_that_cannot_be_used_has_a_name(vault: Vault, tmp_path: Path, url: str) -> None:
    with pytest.raises(FaultError) as caught:
        await Database.open(url.format(folder=tmp_path), vault)
    assert not list(tmp_path.glob("*.db"))
    assert caught.value.fault.code == "store.url-unusable"
    assert "hidden" not in caught.value.fault.sentence


async def test_a_database_that_the_server_does_not_have_has_a_name(postgres: Postgres, vault: Vault) -> None:
    with pytest.raises(FaultError) as caught:
        await Database.open(postgres.url("missing"), vault)
    assert caught.value.fault.code == "store.unavailable"
    assert "missing" in caught.value.fault.sentence


async def test_a_server_that_stops_has_a_name_and_is_found_again(postgres_db: Database, postgres: Postgres) -> None:
    db = postgres_db
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'landbridge'"
    with pytest.raises(FaultError) as caught:
        async with db.begin() as session:
            await asyncio.to_thread(postgres.sql, end)
            await SubaccountRepository(session).put(ACME)
    assert caught.value.fault.code == "store.unavailable"
    async with db.read() as session:
        assert await SubaccountRepository(session).list() == []


async def test_half_a_surrogate_pair_has_a_name(db: Database) -> None:
    with pytest.raises(FaultError) as caught:
        async with db.read() as session:
            await SubaccountRepository(session).by_subdomain("a\ud800b")
    assert caught.value.fault.code == "store.text-unusable"


async def test_nul_in_a_text_has_a_name(postgres_db: Database) -> None:
    with pytest.raises(FaultError) as caught:
        async with postgres_db.read() as session:
            await SubaccountRepository(session).by_subdomain("a\0b")
    assert caught.value.fault.code == "store.text-unusable"


async def test_who_only_reads_cannot_write(postgres_db: Database) -> None:
    with pytest.raises(FaultError) as caught:
        async with postgres_db.read() as session:
            await SubaccountRepository(session).put(ACME)
    assert caught.value.fault.code == "store.read-only"


async def test_who_reads_sees_one_picture(db: Database) -> None:
    async with db.read() as reading:
        assert await SubaccountRepository(reading).list() == []
        async with db.begin() as writing:
            await SubaccountRepository(writing).put(ACME)
        assert await SubaccountRepository(reading).list() == []


async def test_closing_waits_for_a_transaction_that_is_being_given_up(db: Database) -> None:
    begun = asyncio.Event()

    async def reader() -> None:
        async with db.read() as session:
            try:
                begun.set()
                await asyncio.Event().wait()
            finally:
                for _ in range(20):
                    await SubaccountRepository(session).list()

    task = asyncio.create_task(reader())
    await begun.wait()
    task.cancel()
    await db.close()
    assert task.cancelled()
