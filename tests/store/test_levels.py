"""Destinations, fragments and certificates: the verbs they share, and the labels that hang on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from landbridge.faults import FaultError
from landbridge.model.certificate import CertificateGeneration, StoredCertificate, TimeUnit
from landbridge.model.fragment import Fragment, fragment
from landbridge.model.label import EntityKind, Label
from landbridge.model.secret import Secret
from landbridge.store import (
    CertificateRepository,
    Database,
    DestinationRepository,
    FragmentRepository,
    InstanceRepository,
    LabelRepository,
    Session,
    SubaccountRepository,
)
from landbridge.store.levels import CHUNK
from tests.store.nouns import ACME, INSTANCE, OTHER, orders

pytestmark = pytest.mark.anyio

SHARED = (OTHER.id, INSTANCE.id)
"""The level of a subscriber: his subaccount, the provider's instance."""

GENERATION = CertificateGeneration(
    "orders", TimeUnit.MONTHS, 3, True, 9.5, password=Secret("key-password-in-the-clear")
)


def laid_over(name: str = "tenant-a", **properties: str) -> Fragment:
    return fragment({"FragmentName": name, **properties})


def certificate(name: str = "client.p12", content: str = "Y29udGVudA==", **more: Any) -> StoredCertificate:
    return StoredCertificate(name, "CERTIFICATE", Secret(content), **more)


KINDS = [
    pytest.param(DestinationRepository, lambda name, text: orders(Name=name, URL=f"http://{text}"), id="destinations"),
    pytest.param(FragmentRepository, lambda name, text: laid_over(name, URL=text), id="fragments"),
    pytest.param(CertificateRepository, lambda name, text: certificate(name, text), id="certificates"),
]


@pytest.fixture
async def session(db: Database) -> AsyncIterator[Session]:
    async with db.begin() as session:
        await SubaccountRepository(session).put(ACME)
        await SubaccountRepository(session).put(OTHER)
        await InstanceRepository(session).put(INSTANCE)
        yield session


@pytest.mark.parametrize(("repository_of", "noun"), KINDS)
async def test_put_get_delete(session: Session, repository_of: Any, noun: Any) -> None:
    repository = repository_of(session)
    assert await repository.put(ACME.id, None, noun("a", "1"))
    assert not await repository.put(ACME.id, None, noun("a", "1"))
    assert await repository.get(ACME.id, None, "a") == noun("a", "1")
    assert await repository.get(ACME.id, None, "A") is None
    assert await repository.put(ACME.id, None, noun("a", "2"))
    assert await repository.list(ACME.id, None) == [noun("a", "2")]
    assert await repository.delete(ACME.id, None, "a")
    assert not await repository.delete(ACME.id, None, "a")


@pytest.mark.parametrize(("repository_of", "noun"), KINDS)
async def test_levels_do_not_see_each_other(session: Session, repository_of: Any, noun: Any) -> None:
    repository = repository_of(session)
    levels = ((ACME.id, None), (ACME.id, INSTANCE.id), (OTHER.id, None), SHARED)
    for number, level in enumerate(levels):
        await repository.put_new(*level, noun("a", str(number)))
    assert [await repository.list(*level) for level in levels] == [[noun("a", str(n))] for n in range(4)]
    assert await repository.delete(*SHARED, "a")
    assert [await repository.count(*level) for level in levels] == [1, 1, 1, 0]


@pytest.mark.parametrize(("repository_of", "noun"), KINDS)
async def test_a_taken_name_is_refused_and_the_transaction_goes_on(
    session: Session, repository_of: Any, noun: Any
) -> None:
    repository = repository_of(session)
    await repository.put_new(ACME.id, None, noun("a", "1"))
    with pytest.raises(FaultError) as caught:
        await repository.put_new(ACME.id, None, noun("a", "2"))
    assert caught.value.fault.code == "store.conflict"
    await repository.put_new(ACME.id, None, noun("b", "3"))
    assert await repository.list(ACME.id, None) == [noun("a", "1"), noun("b", "3")]


@pytest.mark.parametrize(("repository_of", "noun"), KINDS)
async def test_many_at_once(session: Session, repository_of: Any, noun: Any) -> None:
    repository = repository_of(session)
    await repository.put(ACME.id, None, noun("b", "old"))
    await repository.put(ACME.id, None, noun("c", "same"))
    wanted = [noun("a", "new"), noun("b", "first"), noun("b", "new"), noun("c", "same")]
    assert await repository.put_many(ACME.id, None, wanted) == ["a", "b"]
    found = await repository.get_many(ACME.id, None, ["c", "missing", "b", "c"])
    assert [(name, stored.noun) for name, stored in found.items()] == [
        ("c", noun("c", "same")),
        ("b", noun("b", "new")),
    ]
    assert await repository.delete_many(ACME.id, None, ["c", "missing", "a", "a"]) == ["c", "a"]
    assert await repository.delete_many(ACME.id, None, ["missing"]) == []
    assert await repository.names(ACME.id, None) == ["b"]


@pytest.mark.parametrize(("repository_of", "noun"), KINDS)
async def test_a_name_is_in_one_of_the_two_zones_of_a_subscription(
    session: Session, repository_of: Any, noun: Any
) -> None:
    both, shared = repository_of(session), repository_of(session, shared_only=True)
    await both.put_new(*SHARED, noun("private", "1"))
    await both.put_new(*SHARED, noun("given", "1"), shared=True)
    await shared.put_new(*SHARED, noun("theirs", "1"))
    for repository in (both, shared):
        with pytest.raises(FaultError):
            await repository.put_new(*SHARED, noun("private", "2"), shared=True)
        with pytest.raises(FaultError):
            await repository.put_new(*SHARED, noun("given", "2"))
    with pytest.raises(FaultError):
        await shared.put(*SHARED, noun("private", "2"))
    assert await both.names(*SHARED) == ["given", "private", "theirs"]
    assert await shared.names(*SHARED) == ["given", "theirs"]
    assert await shared.count(*SHARED) == 2
    assert await shared.stored(*SHARED, "private") is None
    assert list(await shared.get_many(*SHARED, ["theirs", "private"])) == ["theirs"]
    assert await shared.delete_many(*SHARED, ["private", "theirs"]) == ["theirs"]
    assert [(one.noun.name, one.shared) for one in await both.page(*SHARED, limit=9)] == [
        ("given", True),
        ("private", False),
    ]


@pytest.mark.parametrize(("repository_of", "noun"), KINDS)
async def test_content_stays_in_its_zone_until_it_is_moved(session: Session, repository_of: Any, noun: Any) -> None:
    repository = repository_of(session)

    async def zone() -> bool | None:
        stored = await repository.stored(*SHARED, "a")
        return stored.shared if stored else None

    await repository.put(*SHARED, noun("a", "1"), shared=True)
    assert await repository.put(*SHARED, noun("a", "2"))
    assert await zone() is True
    assert await repository.put(*SHARED, noun("a", "2"), shared=False), "the zone alone is a change"
    assert await zone() is False
    assert not await repository.put(*SHARED, noun("a", "2"), shared=False)


async def test_pages_and_streams_are_in_the_order_of_bytes(session: Session) -> None:
    repository = DestinationRepository(session)
    names = [f"d-{number:04}" for number in range(CHUNK + 5)] + ["Z", "a b", "a-b", "a_b", "aB", "ab", "é", "😀"]
    await repository.put_many(ACME.id, None, [orders(Name=name) for name in reversed(names)])
    await repository.put(ACME.id, INSTANCE.id, orders(Name="d-0000x"))
    expected = sorted(names, key=str.encode)
    assert await repository.names(ACME.id, None) == expected
    assert [stored.noun.name async for stored in repository.stream(ACME.id, None)] == expected

    async def page(**which: Any) -> Sequence[str]:
        return [stored.noun.name for stored in await repository.page(ACME.id, None, **which)]

    assert await page(limit=3) == expected[:3]
    assert await page(limit=3, offset=4) == expected[4:7]
    assert await page(limit=3, after=expected[10]) == expected[11:14]
    assert await page(limit=3, after=expected[-1]) == []
    assert await repository.count(ACME.id, None) == len(names)


async def test_times_are_kept(session: Session, clock: list[float]) -> None:
    repository = DestinationRepository(session)
    clock[0] = 100.0
    await repository.put(ACME.id, None, orders())
    clock[0] = 200.25
    await repository.put(ACME.id, None, orders(User="new"))
    clock[0] = 300.0
    await repository.put(ACME.id, None, orders(User="new"))
    stored = await repository.stored(ACME.id, None, "orders")
    assert stored is not None
    assert (stored.created, stored.modified, stored.etag) == (100_000, 200_250, orders(User="new").etag)
    assert (await repository.put_new(ACME.id, None, orders(Name="n"))).created == 300_000


async def test_a_generated_certificate_knows_how_it_was_made(session: Session) -> None:
    repository = CertificateRepository(session)
    made = certificate("made.pem", generation=GENERATION)
    await repository.put(ACME.id, None, certificate())
    await repository.put(*SHARED, made)
    assert await repository.get(*SHARED, "made.pem") == made
    assert await repository.renewing() == [(*SHARED, made)]


async def test_labels(session: Session) -> None:
    repository = LabelRepository(session)
    level = (ACME.id, None)
    wanted = [Label("env", ("qa", "dev")), Label("a", ("1",))]
    await repository.set(EntityKind.DESTINATION, level, "orders", wanted)
    await repository.set(EntityKind.DESTINATION, level, "bills", [Label("env", ("dev", "dev"))])
    await repository.set(EntityKind.FRAGMENT, level, "orders", [Label("env", ("prod",))])
    await repository.set(EntityKind.DESTINATION, SHARED, "orders", [Label("env", ("prod",))])
    assert await repository.get(EntityKind.DESTINATION, level, "orders") == wanted
    assert await repository.get(EntityKind.DESTINATION, level, "bills") == [Label("env", ("dev",))]
    assert await repository.get_many(EntityKind.FRAGMENT, level, ["orders", "x"]) == {
        "orders": [Label("env", ("prod",))]
    }
    assert await repository.by_label(EntityKind.DESTINATION, level, "env", ["dev", "qa"]) == ["bills", "orders"]
    assert await repository.by_label(EntityKind.DESTINATION, level, "env", ["prod"]) == []
    assert await repository.by_label(EntityKind.DESTINATION, level, "a", ["1"]) == ["orders"]
    await repository.set(EntityKind.DESTINATION, level, "orders", [])
    assert await repository.get(EntityKind.DESTINATION, level, "orders") == []


@pytest.mark.parametrize(("repository_of", "noun"), KINDS)
async def test_labels_stay_with_a_change_and_go_with_the_entity(
    session: Session, repository_of: Any, noun: Any
) -> None:
    repository, labels = repository_of(session), LabelRepository(session)
    for name in "ab":
        await repository.put(*SHARED, noun(name, "1"))
        await labels.set(repository.kind, SHARED, name, [Label("env", ("dev",))])
    await repository.put(*SHARED, noun("a", "2"))
    assert await labels.by_label(repository.kind, SHARED, "env", ["dev"]) == ["a", "b"]
    await repository.delete(*SHARED, "a")
    assert await labels.by_label(repository.kind, SHARED, "env", ["dev"]) == ["b"]


@pytest.mark.parametrize("owner", ["instance", "provider", "subscriber"])
async def test_content_goes_with_each_of_its_owners(db: Database, owner: str) -> None:
    async with db.begin() as session:
        for subaccount in (ACME, OTHER):
            await SubaccountRepository(session).put(subaccount)
        await InstanceRepository(session).put(INSTANCE)
        await DestinationRepository(session).put(*SHARED, orders())
        await FragmentRepository(session).put(*SHARED, laid_over())
        await CertificateRepository(session).put(*SHARED, certificate())
        await LabelRepository(session).set(EntityKind.DESTINATION, SHARED, "orders", [Label("env", ("dev",))])
    before = await db.version(OTHER.id)
    async with db.begin() as session:
        if owner == "instance":
            await InstanceRepository(session).delete(INSTANCE.id)
        else:
            await SubaccountRepository(session).delete(ACME.id if owner == "provider" else OTHER.id)
        for repository in (DestinationRepository, FragmentRepository, CertificateRepository):
            assert await repository(session).count(*SHARED) == 0
        assert await LabelRepository(session).get(EntityKind.DESTINATION, SHARED, "orders") == []
    assert await db.version(OTHER.id) > before
