from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from landbridge.faults import FaultError
from landbridge.model.check_report import CheckReport
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Subaccount
from landbridge.store import (
    CheckReportRepository,
    ClientRepository,
    ConnectorCertificate,
    ConnectorCertificateRepository,
    ConnectorRepository,
    Database,
    DestinationRepository,
    ExpectedConnector,
    InstanceRepository,
    Invitation,
    InvitationRepository,
    Session,
    SubaccountRepository,
    UserRepository,
)
from tests.store.nouns import ACME, ALICE, CLIENT, INSTANCE, OTHER, orders

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(db: Database) -> AsyncIterator[Session]:
    """A transaction in which two subaccounts and an instance exist."""
    async with db.begin() as session:
        await SubaccountRepository(session).put(ACME)
        await SubaccountRepository(session).put(OTHER)
        await InstanceRepository(session).put(INSTANCE)
        yield session


async def test_subaccounts(session: Session) -> None:
    repository = SubaccountRepository(session)
    assert await repository.get(ACME.id) == ACME
    assert await repository.by_subdomain("other") == OTHER
    assert await repository.by_subdomain("OTHER") is None
    assert await repository.list() == [ACME, OTHER]
    assert not await repository.put(ACME)
    renamed = replace(ACME, subdomain="acme-2", name="New")
    assert await repository.put(renamed)
    assert await repository.get(ACME.id) == renamed
    assert await repository.delete(ACME.id)
    assert not await repository.delete(ACME.id)
    assert await InstanceRepository(session).get(INSTANCE.id) is None


async def test_a_subdomain_belongs_to_one_subaccount(session: Session) -> None:
    with pytest.raises(FaultError) as caught:
        await SubaccountRepository(session).put(Subaccount("f" * 36, "acme"))
    assert caught.value.fault.code == "store.conflict"


async def test_users(session: Session) -> None:
    repository = UserRepository(session)
    assert await repository.put(ACME.id, ALICE)
    stored = await repository.get(ACME.id, ALICE.name)
    assert stored == replace(ALICE, password=Secret(""))
    assert await repository.list(ACME.id) == [stored]
    assert await repository.get(OTHER.id, ALICE.name) is None
    assert await repository.verify(ACME.id, ALICE.name, ALICE.password) == stored
    assert await repository.verify(ACME.id, ALICE.name, Secret("wrong")) is None
    assert await repository.verify(OTHER.id, ALICE.name, ALICE.password) is None
    assert await repository.delete(ACME.id, ALICE.name)
    assert not await repository.delete(ACME.id, ALICE.name)


async def test_a_user_that_is_put_again_stays_untouched(session: Session) -> None:
    repository = UserRepository(session)
    await repository.put(ACME.id, ALICE)
    assert not await repository.put(ACME.id, replace(ALICE, password=Secret(ALICE.password.reveal())))
    assert await repository.put(ACME.id, replace(ALICE, email="new@acme.test"))
    assert await repository.put(ACME.id, replace(ALICE, email="new@acme.test", password=Secret("new")))
    assert await repository.verify(ACME.id, ALICE.name, Secret("new")) is not None
    assert await repository.verify(ACME.id, ALICE.name, ALICE.password) is None


async def test_instances(session: Session) -> None:
    repository = InstanceRepository(session)
    assert await repository.get(INSTANCE.id) == INSTANCE
    assert await repository.by_name(ACME.id, "dest") == INSTANCE
    assert await repository.by_name(OTHER.id, "dest") is None
    assert await repository.list(ACME.id) == [INSTANCE]
    assert not await repository.put(INSTANCE)
    assert await repository.put(replace(INSTANCE, plan="standard"))
    await ClientRepository(session).put(CLIENT)
    await DestinationRepository(session).put(ACME.id, INSTANCE.id, orders())
    assert await repository.delete(INSTANCE.id)
    assert await ClientRepository(session).get(CLIENT.id) is None
    assert await DestinationRepository(session).get(ACME.id, INSTANCE.id, "orders") is None


@pytest.mark.parametrize(
    "taken", [replace(INSTANCE, id="e" * 36), replace(INSTANCE, subaccount_id=OTHER.id)], ids=["name", "id"]
)
async def test_instances_do_not_take_what_belongs_to_others(session: Session, taken: object) -> None:
    with pytest.raises(FaultError) as caught:
        await InstanceRepository(session).put(taken)  # type: ignore[arg-type]
    assert caught.value.fault.code == "store.conflict"


async def test_clients(session: Session) -> None:
    repository = ClientRepository(session)
    assert await repository.put(CLIENT)
    assert not await repository.put(CLIENT)
    second = replace(CLIENT, id="another", binding_name="aaa")
    await repository.put(second)
    assert await repository.get(CLIENT.id) == CLIENT
    assert await repository.for_instance(INSTANCE.id) == [second, CLIENT]
    assert await repository.put(replace(CLIENT, secret=Secret("new")))
    stored = await repository.get(CLIENT.id)
    assert stored is not None
    assert stored.secret.reveal() == "new"
    assert await repository.delete(CLIENT.id)
    assert await repository.get(CLIENT.id) is None


async def test_a_client_does_not_move_to_another_instance(session: Session) -> None:
    await ClientRepository(session).put(CLIENT)
    await InstanceRepository(session).put(replace(INSTANCE, id="e" * 36, name="second"))
    with pytest.raises(FaultError) as caught:
        await ClientRepository(session).put(replace(CLIENT, instance_id="e" * 36))
    assert caught.value.fault.code == "store.conflict"


async def test_destinations(session: Session) -> None:
    repository = DestinationRepository(session)
    assert await repository.put(ACME.id, None, orders())
    assert not await repository.put(ACME.id, None, orders())
    assert await repository.get(ACME.id, None, "orders") == orders()
    assert await repository.get(ACME.id, None, "Orders") is None
    assert await repository.put(ACME.id, None, orders(Password="new", extra="kept as it is"))
    stored = await repository.get(ACME.id, None, "orders")
    assert stored is not None
    assert (stored.get("Password"), stored.get("extra")) == ("new", "kept as it is")
    assert await repository.delete(ACME.id, None, "orders")
    assert not await repository.delete(ACME.id, None, "orders")


async def test_levels_of_destinations_do_not_see_each_other(session: Session) -> None:
    repository = DestinationRepository(session)
    await repository.put(ACME.id, None, orders(URL="http://subaccount"))
    await repository.put(ACME.id, INSTANCE.id, orders(URL="http://instance"))
    await repository.put(OTHER.id, None, orders(URL="http://other"))
    levels = ((ACME.id, None), (ACME.id, INSTANCE.id), (OTHER.id, None), (OTHER.id, INSTANCE.id))
    found = [[d.get("URL") for d in await repository.list(*level)] for level in levels]
    assert found == [["http://subaccount"], ["http://instance"], ["http://other"], []]
    assert await repository.delete(ACME.id, None, "orders")
    assert await repository.get(ACME.id, INSTANCE.id, "orders") is not None


async def test_expected_connectors(session: Session) -> None:
    repository = ConnectorRepository(session)
    assert await repository.expect(ACME.id, "", "plant")
    assert not await repository.expect(ACME.id, "", "plant")
    assert await repository.expect(ACME.id, "", "renamed")
    assert await repository.expect(ACME.id, "west", "west")
    expected = [ExpectedConnector(ACME.id, "", "renamed"), ExpectedConnector(ACME.id, "west", "west")]
    assert await repository.expected(ACME.id) == expected
    assert await repository.expected(OTHER.id) == []
    assert await repository.forget(ACME.id, "")
    assert not await repository.forget(ACME.id, "")


async def test_an_invitation_is_consumed_once(session: Session) -> None:
    repository = InvitationRepository(session)
    await repository.put(Secret("s"), Invitation(ACME.id, "west", expires=100.0))
    assert not await repository.consume(Secret("other"), "c1", now=50.0)
    assert not await repository.consume(Secret("s"), "c1", now=100.0)
    assert await repository.consume(Secret("s"), "c1", now=99.0)
    assert not await repository.consume(Secret("s"), "c2", now=99.0)
    assert await repository.find(Secret("s")) == Invitation(ACME.id, "west", 100.0, 99.0, "c1")


async def test_of_many_who_consume_at_once_one_succeeds(db: Database) -> None:
    async with db.begin() as session:
        await SubaccountRepository(session).put(ACME)
        await InvitationRepository(session).put(Secret("s"), Invitation(ACME.id, "", expires=100.0))

    async def consume(number: int) -> bool:
        async with db.begin() as session:
            return await InvitationRepository(session).consume(Secret("s"), str(number), now=1.0)

    assert sum(await asyncio.gather(*(consume(number) for number in range(10)))) == 1


async def test_certificates(session: Session) -> None:
    repository = ConnectorCertificateRepository(session)
    old = ConnectorCertificate("0a", "c" * 36, ACME.id, "", issued=1.0, expires=9.0)
    new = ConnectorCertificate("0b", "d" * 36, ACME.id, "west", issued=2.0, expires=9.0)
    await repository.put(old)
    await repository.put(new)
    assert await repository.list(ACME.id) == [new, old]
    assert await repository.list(OTHER.id) == []
    assert await repository.revocations() == {}
    assert await repository.revoke("0a", now=5.0)
    assert not await repository.revoke("0a", now=6.0)
    assert not await repository.revoke("0c", now=6.0)
    assert await repository.revocations() == {"0a": 5.0}
    assert await repository.get("0a") == replace(old, revoked=5.0)


async def test_the_last_reports_of_a_target_stay_and_the_last_good_one(session: Session) -> None:
    repository = CheckReportRepository(session)
    good = CheckReport("good", ACME.id, "destination erp", 0.5, True, "{}")
    await repository.add(good)
    for number in range(25):
        await repository.add(CheckReport(f"bad-{number}", ACME.id, "destination erp", 1.0 + number, False, "{}"))
    other = CheckReport("other", None, "destination erp", 1.0, True, "{}")
    await repository.add(other)
    kept = await repository.list(ACME.id)
    assert [report.id for report in kept] == [*(f"bad-{number}" for number in range(24, 4, -1)), "good"]
    assert await repository.last_good(ACME.id, "destination erp") == good
    assert await repository.last_good(ACME.id, "destination crm") is None
    assert await repository.list(None) == [other]
    assert await repository.get("bad-0") is None


async def test_a_reset_forgets_all_reports(db: Database) -> None:
    async with db.begin() as session:
        await CheckReportRepository(session).add(CheckReport("one", None, "tls localhost:1", 1.0, True, "{}"))
    await db.clear()
    async with db.read() as session:
        assert await CheckReportRepository(session).list(None) == []
