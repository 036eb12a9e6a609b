from __future__ import annotations

import tracemalloc
from collections.abc import Awaitable, Callable, Iterable

import pytest
from sqlalchemy import event

from landbridge.model.certificate import StoredCertificate
from landbridge.model.fragment import fragment
from landbridge.model.secret import Secret
from landbridge.store import (
    CertificateRepository,
    ClientRepository,
    Database,
    DestinationRepository,
    FragmentRepository,
    InstanceRepository,
    ReadModel,
    Session,
    SubaccountRepository,
    Vault,
)
from landbridge.store.read_model import ELSEWHERE_SECONDS
from tests.store.nouns import ACME, CLIENT, INSTANCE, OTHER, orders

pytestmark = pytest.mark.anyio


@pytest.fixture
async def filled(db: Database) -> Database:
    async with db.begin() as session:
        for subaccount in (ACME, OTHER):
            await SubaccountRepository(session).put(subaccount)
        await InstanceRepository(session).put(INSTANCE)
        await DestinationRepository(session).put(ACME.id, None, orders())
        await DestinationRepository(session).put(OTHER.id, None, orders(Name="other"))
    return db


class Counted:
    """How many statements a database has run."""

    def __init__(self, db: Database) -> None:
        self.statements = 0
        event.listen(db._engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.statements += 1


def still() -> float:
    """A clock at which nobody looks for other processes a second time."""
    return 0.0


async def put(db: Database, subaccount_id: str, instance_id: str | None = None, **changes: str) -> None:
    async with db.begin() as session:
        await DestinationRepository(session).put(subaccount_id, instance_id, orders(**changes))


async def test_what_was_read_is_read_once(filled: Database) -> None:
    model = ReadModel(filled, clock=still)
    stored = await model.get(ACME.id, None, "orders")
    assert stored is not None
    assert (stored.noun, stored.etag) == (orders(), orders().etag)
    assert await model.get(ACME.id, INSTANCE.id, "orders") is None
    counted = Counted(filled)
    assert await model.get(ACME.id, None, "orders") is stored
    assert await model.get(ACME.id, INSTANCE.id, "orders") is None, "what is not there is remembered as well"
    assert counted.statements == 0


async def test_a_change_is_seen_at_once(filled: Database) -> None:
    model = ReadModel(filled, clock=still)

    async def url(instance_id: str | None = None) -> str | None:
        found = await model.get(ACME.id, instance_id, "orders")
        return found.noun.get("URL") if found else None

    assert await url() == orders().get("URL")
    await put(filled, ACME.id, URL="http://new")
    assert await url() == "http://new"
    assert await url(INSTANCE.id) is None
    await put(filled, ACME.id, INSTANCE.id, URL="http://instance")
    assert await url(INSTANCE.id) == "http://instance"
    async with filled.begin() as session:
        await InstanceRepository(session).delete(INSTANCE.id)
    assert await url(INSTANCE.id) is None
    await filled.clear()
    assert await url() is None


async def test_a_change_elsewhere_costs_nothing(filled: Database) -> None:
    model = ReadModel(filled, clock=still)
    stored = await model.get(ACME.id, None, "orders")
    await put(filled, OTHER.id, URL="http://new")
    assert await model.get(ACME.id, None, "orders") is stored


async def test_a_transaction_that_fails_leaves_nothing_false(filled: Database) -> None:
    model = ReadModel(filled, clock=still)
    with pytest.raises(ZeroDivisionError):
        async with filled.begin() as session:
            await DestinationRepository(session).put(ACME.id, None, orders(URL="http://new"))
            raise ZeroDivisionError
    stored = await model.get(ACME.id, None, "orders")
    assert stored is not None
    assert stored.noun == orders()


async def test_fragments_and_certificates(filled: Database) -> None:
    model = ReadModel(filled, clock=still)
    laid_over = fragment({"FragmentName": "f", "URL": "http://f"})
    certificate = StoredCertificate("c.pem", "CERTIFICATE", Secret("QQ=="))
    assert await model.fragment(ACME.id, None, "f") is None
    assert await model.certificate(ACME.id, None, "c.pem") is None
    async with filled.begin() as session:
        await FragmentRepository(session).put(ACME.id, None, laid_over)
        await CertificateRepository(session).put(ACME.id, None, certificate)
    found, held = await model.fragment(ACME.id, None, "f"), await model.certificate(ACME.id, None, "c.pem")
    assert found is not None
    assert held is not None
    assert (found.noun, held.noun) == (laid_over, certificate)


async def test_the_memory_is_bounded_and_forgets_what_was_not_asked_for(filled: Database) -> None:
    names = [f"d-{number:03}" for number in range(100)]
    async with filled.begin() as session:
        await DestinationRepository(session).put_many(ACME.id, None, [orders(Name=name) for name in names])
    model = ReadModel(filled, limit=50_000, clock=still)
    first = await model.get(ACME.id, None, names[0])
    for name in names:
        await model.get(ACME.id, None, name)
        assert await model.get(ACME.id, None, names[0]) is first, "it is in use"
        assert model.weight <= 50_000
    assert 5 < len(model) < 50
    counted = Counted(filled)
    await model.get(ACME.id, None, names[1])
    assert counted.statements > 0


def service_of(client_id: str) -> Callable[[Session], Awaitable[tuple[str, Iterable[str]]]]:
    async def load(session: Session) -> tuple[str, Iterable[str]]:
        client = await ClientRepository(session).get(client_id)
        return (client.binding_name, [client.subaccount_id]) if client else ("unknown", [])

    return load


async def test_anything_can_be_recalled_until_its_subaccounts_change(filled: Database) -> None:
    model = ReadModel(filled, clock=still)
    async with filled.begin() as session:
        await ClientRepository(session).put(CLIENT)
    assert await model.recall(("client", CLIENT.id), service_of(CLIENT.id)) == "default"
    counted = Counted(filled)
    assert await model.recall(("client", CLIENT.id), service_of(CLIENT.id)) == "default"
    assert counted.statements == 0
    async with filled.begin() as session:
        await ClientRepository(session).delete(CLIENT.id)
    assert await model.recall(("client", CLIENT.id), service_of(CLIENT.id)) == "unknown"


async def test_what_a_load_raises_is_not_remembered(filled: Database) -> None:
    model = ReadModel(filled, clock=still)

    async def fail(_: Session) -> tuple[str, Iterable[str]]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await model.recall("key", fail)
    assert await model.recall("key", service_of("x")) == "unknown"


async def test_a_change_while_it_was_read_is_not_missed(filled: Database) -> None:
    model = ReadModel(filled, clock=still)

    async def slowly(session: Session) -> tuple[str, Iterable[str]]:
        found = await DestinationRepository(session).get(ACME.id, None, "orders")
        await put(filled, ACME.id, URL="http://new")
        assert found is not None
        return found.get("URL"), [ACME.id]

    assert await model.recall("url", slowly) == orders().get("URL"), "this one began before the change"

    async def again(session: Session) -> tuple[str, Iterable[str]]:
        found = await DestinationRepository(session).get(ACME.id, None, "orders")
        assert found is not None
        return found.get("URL"), [ACME.id]

    assert await model.recall("url", again) == "http://new"


async def test_another_process_is_noticed_after_a_while(filled: Database, url: str, vault: Vault) -> None:
    now = [0.0]
    model = ReadModel(filled, clock=lambda: now[0])
    before = await model.get(ACME.id, None, "orders")
    elsewhere = await Database.open(url, vault)
    await put(elsewhere, ACME.id, URL="http://new")
    await elsewhere.close()
    assert await model.get(ACME.id, None, "orders") is before
    now[0] = ELSEWHERE_SECONDS
    found = await model.get(ACME.id, None, "orders")
    assert found is not None
    assert found.noun.get("URL") == "http://new"
    await put(filled, OTHER.id, URL="http://ours")
    other = await model.get(OTHER.id, None, "orders")
    now[0] *= 2
    assert await model.get(OTHER.id, None, "orders") is other, "our own changes are not taken for somebody else's"


async def test_what_was_made_of_content_is_kept_until_that_changes_anywhere(
    filled: Database, url: str, vault: Vault
) -> None:
    now = 100.0
    model = ReadModel(filled, clock=lambda: now)
    assert await model.kept("made") is None
    model.keep("made", "of acme", (ACME.id,), model.number, 10)
    await put(filled, OTHER.id, description="here")
    assert await model.kept("made") == "of acme"
    another = await Database.open(url, vault)
    await put(another, ACME.id, description="there")
    await another.close()
    now += ELSEWHERE_SECONDS
    assert await model.kept("made") is None


async def test_a_stream_is_in_order_and_flat(filled: Database) -> None:
    count = 3000
    async with filled.begin() as session:
        many = (orders(Name=f"d-{number:05}", filler="x" * 1000) for number in range(count))
        await DestinationRepository(session).put_many(ACME.id, None, many)
    model = ReadModel(filled, clock=still)
    tracemalloc.start()
    try:
        names = [stored.noun.name async for stored in model.stream(ACME.id, None)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert names == [*(f"d-{number:05}" for number in range(count)), "orders"]
    assert peak < 2_000_000, "3 MB of content never were in memory together"
    assert len(model) == 0


async def test_a_stream_holds_no_connection_while_nobody_reads(filled: Database) -> None:
    model = ReadModel(filled, clock=still)
    streams = [model.stream(ACME.id, None) for _ in range(50)]
    for stream in streams:
        assert (await anext(stream)).noun == orders()
    async with filled.begin() as session:
        await SubaccountRepository(session).delete(ACME.id)
