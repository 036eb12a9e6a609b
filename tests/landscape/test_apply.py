from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from landbridge.faults import FaultError
from landbridge.landscape.apply import apply
from landbridge.landscape.changes import Changes, Item
from landbridge.landscape.read import read_text
from landbridge.model.secret import Secret
from landbridge.store import (
    ClientRepository,
    ConnectorRepository,
    Database,
    DestinationRepository,
    InstanceRepository,
    SubaccountRepository,
    UserRepository,
    load_or_create_vault,
)
from landbridge.testing.known_passwords import KNOWN_PASSWORDS
from tests.tables import sqlite_with_tables

pytestmark = pytest.mark.anyio

ACME = "11111111-aaaa-4bbb-8ccc-222222222222"
OTHER = "22222222-aaaa-4bbb-8ccc-222222222222"

FULL = f"""\
landbridge: 1
subaccounts:
  - id: {ACME}
    subdomain: acme
    users: [{{name: alice, password: alice}}]
    instances:
      - {{name: my-destination, service: destination, destinations: [{{Name: OWN, Type: TCP}}]}}
      - {{name: my-connectivity, service: connectivity}}
      - {{name: my-app, service: xsuaa, xsappname: shop}}
    destinations: [{{Name: ERP, Type: TCP}}, {{Name: CRM, Type: TCP}}]
connectors:
  - {{name: plant-1, subaccount: acme}}
  - {{name: plant-2, subaccount: acme, location_id: two}}
"""

BARE = f"landbridge: 1\nsubaccounts: [{{id: {ACME}, subdomain: acme}}]\n"


class Keys:
    """Counts what a key ring would be told."""

    def __init__(self) -> None:
        self.bumps = 0

    def bump(self) -> None:
        self.bumps += 1


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(
        sqlite_with_tables(tmp_path), load_or_create_vault(tmp_path), passwords=KNOWN_PASSWORDS
    )
    yield database
    await database.close()


async def applied(text: str, db: Database, keys: Keys | None = None) -> Changes:
    return await apply(read_text(text, Path("landscape.yaml")), db, keys or Keys())


async def default_clients(db: Database) -> dict[str, str]:
    """Client id → secret of every instance of acme."""
    async with db.read() as session:
        instances = await InstanceRepository(session).list(ACME)
        clients = [await ClientRepository(session).for_instance(instance.id) for instance in instances]
    return {client.id: client.secret.reveal() for found in clients for client in found}


async def test_everything_is_stored(db: Database) -> None:
    changes = await applied(FULL, db)
    assert not changes.updated
    assert not changes.removed
    assert not changes.unchanged
    assert {item.kind for item in changes.created} == {
        "subaccount",
        "user",
        "instance",
        "client",
        "destination",
        "connector",
    }
    async with db.read() as session:
        assert [item.subdomain for item in await SubaccountRepository(session).list()] == ["acme"]
        assert await UserRepository(session).verify(ACME, "alice", Secret("alice"))
        instance = await InstanceRepository(session).by_name(ACME, "my-destination")
        assert instance
        destinations = DestinationRepository(session)
        assert [item.name for item in await destinations.list(ACME, None)] == ["CRM", "ERP"]
        assert [item.name for item in await destinations.list(ACME, instance.id)] == ["OWN"]
        expected = await ConnectorRepository(session).expected(ACME)
        assert [(item.location_id, item.name) for item in expected] == [("", "plant-1"), ("two", "plant-2")]


async def test_clients_are_shaped_like_those_of_the_original(db: Database) -> None:
    await applied(FULL, db)
    clone = r"clone[0-9a-f]{32}!b1\|"
    async with db.read() as session:
        for name, client_id, app in (
            ("my-destination", rf"sb-{clone}destination-xsappname!b1", rf"{clone}destination-xsappname!b1"),
            ("my-connectivity", rf"sb-{clone}connectivity!b1", rf"{clone}connectivity!b1"),
            ("my-app", r"sb-shop!t1", r"shop!t1"),
        ):
            instance = await InstanceRepository(session).by_name(ACME, name)
            assert instance
            (client,) = await ClientRepository(session).for_instance(instance.id)
            assert (client.binding_name, client.subaccount_id, client.service) == ("default", ACME, instance.service)
            assert len(client.secret.reveal()) >= 32
            assert re.fullmatch(client_id, client.id)
            assert re.fullmatch(app, client.xsappname)


async def test_applying_twice_changes_nothing(db: Database) -> None:
    keys = Keys()
    first = await applied(FULL, db, keys)
    secrets = await default_clients(db)
    second = await applied(FULL, db, keys)
    assert not second
    assert set(second.unchanged) == set(first.created)
    assert await default_clients(db) == secrets
    assert keys.bumps == 1


async def test_what_is_no_longer_named_is_removed(db: Database) -> None:
    keys = Keys()
    await applied(FULL, db, keys)
    changes = await applied(BARE, db, keys)
    assert not changes.created
    assert not changes.updated
    assert changes.unchanged == (Item("subaccount", ACME, "acme"),)
    names = {(item.kind, item.name) for item in changes.removed}
    assert names == {
        ("user", "alice"),
        ("instance", "my-destination"),
        ("instance", "my-connectivity"),
        ("instance", "my-app"),
        ("destination", "CRM"),
        ("destination", "ERP"),
        ("connector", "plant-1"),
        ("connector", "plant-2"),
    }
    async with db.read() as session:
        assert await InstanceRepository(session).list(ACME) == []
        assert await DestinationRepository(session).list(ACME, None) == []
        assert await ConnectorRepository(session).expected(ACME) == []
        assert await UserRepository(session).list(ACME) == []
        assert await ClientRepository(session).get("sb-shop!t1") is None
    assert keys.bumps == 2


async def test_subaccounts_that_are_not_named_stay(db: Database) -> None:
    await applied(FULL, db)
    await applied(f"landbridge: 1\nsubaccounts: [{{id: {OTHER}, subdomain: other}}]", db)
    async with db.read() as session:
        assert len(await SubaccountRepository(session).list()) == 2
        assert len(await DestinationRepository(session).list(ACME, None)) == 2
        assert len(await ConnectorRepository(session).expected(ACME)) == 2


async def test_changed_content_is_updated(db: Database) -> None:
    keys = Keys()
    await applied(FULL, db, keys)
    text = FULL.replace("{Name: ERP, Type: TCP}", "{Name: ERP, Type: TCP, Address: 'erp:1'}")
    text = text.replace("password: alice", "password: other").replace("plant-2,", "plant-two,")
    changes = await applied(text, db, keys)
    assert not changes.created
    assert not changes.removed
    assert [(item.kind, item.name) for item in changes.updated] == [
        ("user", "alice"),
        ("destination", "ERP"),
        ("connector", "plant-two"),
    ]
    assert keys.bumps == 1, "no client changed, so no verdict about a token did"
    async with db.read() as session:
        erp = await DestinationRepository(session).get(ACME, None, "ERP")
        assert erp
        assert erp.get("Address") == "erp:1"
        assert await UserRepository(session).verify(ACME, "alice", Secret("other"))


async def test_another_application_name_makes_another_client(db: Database) -> None:
    keys = Keys()
    await applied(FULL, db, keys)
    changes = await applied(FULL.replace("xsappname: shop", "xsappname: store"), db, keys)
    assert [item.name for item in changes.removed] == ["sb-shop!t1"]
    assert [item.name for item in changes.created] == ["sb-store!t1"]
    assert keys.bumps == 2


async def test_another_service_makes_another_client(db: Database) -> None:
    await applied(FULL, db)
    before = await default_clients(db)
    await applied(FULL.replace("my-connectivity, service: connectivity", "my-connectivity, service: destination"), db)
    after = await default_clients(db)
    (gone,) = before.keys() - after.keys()
    (new,) = after.keys() - before.keys()
    assert gone.endswith("|connectivity!b1")
    assert new.endswith("|destination-xsappname!b1")


async def test_an_instance_may_get_another_id(db: Database) -> None:
    await applied(FULL, db)
    changes = await applied(FULL.replace("name: my-app,", f"name: my-app, id: {OTHER},"), db)
    assert Item("instance", ACME, "my-app") in changes.removed
    assert Item("instance", ACME, "my-app") in changes.created
    async with db.read() as session:
        client = await ClientRepository(session).get("sb-shop!t1")
        assert client
        assert client.instance_id == OTHER


async def test_a_conflict_leaves_everything_as_it_was(db: Database) -> None:
    keys = Keys()
    await applied(BARE, db, keys)
    text = f"landbridge: 1\nsubaccounts: [{{id: {OTHER}, subdomain: new}}, {{id: {OTHER[:-1]}3, subdomain: acme}}]\n"
    with pytest.raises(FaultError) as caught:
        await applied(text, db, keys)
    assert caught.value.fault.code == "store.conflict"
    async with db.read() as session:
        assert [item.subdomain for item in await SubaccountRepository(session).list()] == ["acme"]
    assert keys.bumps == 1


async def test_an_application_name_of_another_subaccount_is_a_conflict(db: Database) -> None:
    await applied(FULL, db)
    text = f"landbridge: 1\nsubaccounts: [{{id: {OTHER}, subdomain: x, instances: [{{name: shop, service: xsuaa}}]}}]"
    with pytest.raises(FaultError) as caught:
        await applied(text, db)
    assert caught.value.fault.code == "store.conflict"


async def test_connectors_of_a_subaccount_that_is_only_in_the_store_are_added(db: Database) -> None:
    await applied(FULL, db)
    changes = await applied(f"landbridge: 1\nconnectors: [{{name: c, subaccount: {ACME}, location_id: three}}]", db)
    assert changes.created == (Item("connector", ACME, "c"),)
    assert not changes.removed


async def test_connectors_of_an_unknown_subaccount_are_left_alone(db: Database) -> None:
    assert not await applied(f"landbridge: 1\nconnectors: [{{name: c, subaccount: {OTHER}}}]", db)
