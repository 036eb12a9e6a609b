from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from landbridge.faults import FaultError
from landbridge.model.label import EntityKind, Label
from landbridge.model.secret import Secret
from landbridge.model.trust import TrustSlot
from landbridge.store import (
    AdministratorRepository,
    CertificateRepository,
    ClientRepository,
    ConnectorCertificateRepository,
    ConnectorRepository,
    Database,
    DestinationRepository,
    ExpectedConnector,
    FragmentRepository,
    InstanceRepository,
    KeyKind,
    KeyRepository,
    LabelRepository,
    RoleRepository,
    Session,
    SubaccountRepository,
    TrustKeyRepository,
    UserRepository,
    Vault,
    VersionRepository,
    open_installation,
    rotate_master_key,
)
from landbridge.store.engine import engine_of
from landbridge.store.migrate import HEAD, migrate, revision
from landbridge.store.tables import metadata
from tests.store.nouns import ACME, ALICE, CLIENT, INSTANCE, orders
from tests.store.revisions import MANY, SEEDS


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_an_empty_database_gets_all_tables(connection: Connection) -> None:
    assert revision(connection) is None
    migrate(connection)
    assert revision(connection) == HEAD
    assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_the_scripts_make_exactly_the_tables_of_the_code(connection: Connection) -> None:
    migrate(connection)
    assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_indexes_are_those_of_the_code(connection: Connection) -> None:
    migrate(connection)
    made = {i["name"] for table in metadata.tables for i in inspect(connection).get_indexes(table)}
    assert made == {index.name for table in metadata.tables.values() for index in table.indexes}


def test_migrating_twice_changes_nothing(connection: Connection) -> None:
    migrate(connection)
    migrate(connection)
    assert revision(connection) == HEAD


def test_head_is_the_newest_script() -> None:
    assert ScriptDirectory("src/landbridge/store/migrations").get_current_head() == HEAD


def deviations(connection: Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection), metadata)


def test_every_earlier_revision_is_tested_with_data() -> None:
    scripts = ScriptDirectory("src/landbridge/store/migrations").walk_revisions()
    assert {script.revision for script in scripts} - {HEAD} == set(SEEDS)


async def at_revision(url: str, vault: Vault, earlier: str) -> None:
    engine = engine_of(url, 5.0)
    async with engine.begin() as opened:
        await opened.run_sync(migrate, earlier)
        await opened.run_sync(SEEDS[earlier], vault)
    await engine.dispose()


@pytest.mark.anyio
@pytest.mark.parametrize("earlier", SEEDS)
async def test_content_comes_along_from_earlier_revisions(url: str, vault: Vault, tmp_path: Path, earlier: str) -> None:
    await at_revision(url, vault, earlier)
    for _ in range(2):  # once through the migration, once without
        db = await Database.open(url, vault)
        async with db.read() as session:
            await check_first(session)
            if earlier >= "0002":
                await check_second(session)
        await db.close()
    await rotate_master_key(tmp_path, url, data_keys_too=True)
    db = await open_installation(tmp_path, url)
    async with db.begin() as session:
        await check_first(session)
        assert await DestinationRepository(session).put(ACME.id, None, orders(Name="orders-0", User="new"))
        assert await InstanceRepository(session).delete(INSTANCE.id)
    await db.clear()
    await db.close()


async def check_first(session: Session) -> None:
    """All that `revisions.first` put in can be read."""
    assert await SubaccountRepository(session).list() == [ACME]
    assert await UserRepository(session).get(ACME.id, ALICE.name) == replace(ALICE, password=Secret(""))
    assert await InstanceRepository(session).get(INSTANCE.id) == INSTANCE
    assert await ClientRepository(session).get(CLIENT.id) == CLIENT
    assert [key.private_pem.reveal() for key in await KeyRepository(session).list(KeyKind.SIGNING)] == ["private"]
    for level in (None, INSTANCE.id):
        expected = sorted((orders(Name=f"orders-{number}") for number in range(MANY)), key=lambda one: one.name)
        assert await DestinationRepository(session).list(ACME.id, level) == expected
    stored = await DestinationRepository(session).stored(ACME.id, None, "orders-0")
    assert stored is not None
    assert (stored.created, stored.modified) == (0, 0)
    assert stored.etag == orders(Name="orders-0").etag
    assert await ConnectorRepository(session).expected(ACME.id) == [ExpectedConnector(ACME.id, "", "plant")]
    assert await ConnectorCertificateRepository(session).get("ab12") is not None


async def check_second(session: Session) -> None:
    """And what `revisions.second` put in besides."""
    fragment = await FragmentRepository(session).stored(ACME.id, None, "f")
    assert fragment is not None
    assert (fragment.noun.properties["URL"], fragment.modified) == ("http://f", 2000)
    certificate = await CertificateRepository(session).get(ACME.id, None, "c.pem")
    assert certificate is not None
    assert certificate.content.reveal() == "QQ=="
    labels = await LabelRepository(session).get(EntityKind.DESTINATION, (ACME.id, None), "orders-0")
    assert labels == [Label("env", ("dev",))]
    pair = await TrustKeyRepository(session).get(ACME.id, TrustSlot.ACTIVE)
    assert pair is not None
    assert pair.private_key.reveal() == "private"
    assert [role.person for role in await RoleRepository(session).list(ACME.id)] == [ALICE.name]
    assert [administrator.name for administrator in await AdministratorRepository(session).list()] == ["root"]
    assert await VersionRepository(session).get(ACME.id) == 7


@pytest.mark.anyio
async def test_a_wrong_key_migrates_nothing(url: str, vault: Vault) -> None:
    await at_revision(url, vault, "0001")
    with pytest.raises(FaultError) as caught:
        await Database.open(url, Vault(bytes(32)))
    assert caught.value.fault.code == "store.key-wrong"
    engine = engine_of(url, 5.0)
    async with engine.connect() as opened:
        assert await opened.run_sync(revision) == "0001"
    await engine.dispose()


@pytest.mark.anyio
async def test_the_scripts_make_the_same_tables_on_both(url: str, vault: Vault) -> None:
    db = await Database.open(url, vault)
    async with db.begin() as session:
        assert await session.connection.run_sync(deviations) == []
    await db.close()
