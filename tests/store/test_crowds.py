"""Many writers at once, and writers that are killed: nothing is lost, nothing is doubled, nothing is half there."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from landbridge.faults import FaultError
from landbridge.model.label import EntityKind, Label
from landbridge.store import (
    Database,
    DestinationRepository,
    LabelRepository,
    ReadModel,
    SubaccountRepository,
    VersionRepository,
)
from tests.store.nouns import ACME, OTHER, orders
from tests.store.victim import ITEMS, ROOT, killed_at_random
from tests.store.worker import CONTESTED, COUNTER, OWN

pytestmark = pytest.mark.anyio

PROCESSES = 4


@pytest.fixture
async def filled(db: Database) -> Database:
    async with db.begin() as session:
        for subaccount in (ACME, OTHER):
            await SubaccountRepository(session).put(subaccount)
        await DestinationRepository(session).put(ACME.id, None, orders(Name=COUNTER, count="0"))
    return db


async def count_of(db: Database) -> int:
    async with db.read() as session:
        counter = await DestinationRepository(session).get(ACME.id, None, COUNTER)
    assert counter is not None
    return int(counter.get("count"))


async def test_processes_neither_lose_nor_double(filled: Database, tmp_path: Path, url: str) -> None:
    before = await filled.version(ACME.id)
    command = [sys.executable, "-m", "tests.store.worker", str(tmp_path), url]
    environment = {"PYTHONPATH": "src:."}
    workers = [
        await asyncio.create_subprocess_exec(
            *command, str(number), stdout=subprocess.PIPE, stdin=subprocess.PIPE, cwd=ROOT, env=environment
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert await worker.stdout.readline() == b"ready\n"
    said = [
        out.decode().split() for out, _ in await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))
    ]
    assert [worker.returncode for worker in workers] == [0] * PROCESSES

    won = [name for names in said for name in names]
    assert sorted(won) == sorted(set(won)), "one winner for each name"
    assert len(won) == CONTESTED
    async with filled.read() as session:
        names = await DestinationRepository(session).names(ACME.id, None)
        assert [name for name in names if name.startswith("contested")] == sorted(won)
        assert len([name for name in names if name.startswith("own")]) == PROCESSES * OWN
        for number, names_of in enumerate(said):
            for name in names_of:
                stored = await DestinationRepository(session).get(ACME.id, None, name)
                assert stored is not None
                assert stored.get("worker") == str(number), "what it holds is the winner's"
    assert await count_of(filled) == PROCESSES * OWN
    assert await filled.version(ACME.id) == before + PROCESSES * (2 * OWN) + CONTESTED


async def test_tasks_neither_lose_nor_double(filled: Database) -> None:
    model = ReadModel(filled)

    async def raise_counter() -> None:
        async with filled.begin() as session:
            repository = DestinationRepository(session)
            counter = await repository.get(ACME.id, None, COUNTER)
            assert counter is not None
            count = int(counter.get("count")) + 1
            await repository.put(ACME.id, None, orders(Name=COUNTER, count=str(count)))
        seen = await model.get(ACME.id, None, COUNTER)
        assert seen is not None
        assert int(seen.noun.get("count")) >= count, "whoever wrote reads at least that"

    async def claim(number: int) -> bool:
        try:
            async with filled.begin() as session:
                await DestinationRepository(session).put_new(ACME.id, None, orders(Name="one", number=str(number)))
        except FaultError as error:
            return error.fault.code != "store.conflict"
        return True

    claimed = await asyncio.gather(*(claim(number) for number in range(20)), *(raise_counter() for _ in range(40)))
    assert claimed.count(True) == 1
    assert await count_of(filled) == 40


async def test_writers_are_served_in_their_order_and_readers_meanwhile(filled: Database) -> None:
    order: list[int] = []
    first = asyncio.Event()

    async def write(number: int) -> None:
        async with filled.begin() as session:
            if number == 0:
                await first.wait()
            await SubaccountRepository(session).list()
            order.append(number)

    writers = [asyncio.create_task(write(number)) for number in range(30)]
    for _ in range(20):  # more than there are connections
        assert await count_of(filled) == 0
    first.set()
    await asyncio.gather(*writers)
    assert order == list(range(30))


async def test_subaccounts_that_are_touched_crosswise_do_not_block_each_other(filled: Database) -> None:
    async def touch(*subaccounts: str) -> None:
        async with filled.begin() as session:
            for subaccount in subaccounts:
                await DestinationRepository(session).put(subaccount, None, orders(User=str(random.random())))

    pairs = [(ACME.id, OTHER.id), (OTHER.id, ACME.id)] * 10
    await asyncio.gather(*(touch(*pair) for pair in pairs))
    assert await filled.version(OTHER.id) == 1 + len(pairs)


async def test_killed_in_the_middle_of_bulk_writes_items_are_whole(filled: Database, tmp_path: Path, url: str) -> None:
    chance = random.Random(8)
    for _ in range(6):
        said = await killed_at_random("write", tmp_path, url, chance)
        await whole(filled, acknowledged=max(map(int, said), default=0))
        async with filled.begin() as session:  # and whoever comes next can write
            assert await VersionRepository(session).get(ACME.id) > 0
            await DestinationRepository(session).put(OTHER.id, None, orders(User=str(chance.random())))


async def whole(db: Database, acknowledged: int) -> None:
    """Every item is of one number, which is what was acknowledged last or the one that was on its way."""
    async with db.read() as session:
        items = [one for one in await DestinationRepository(session).list(ACME.id, None) if one.name.startswith("item")]
        labels = await LabelRepository(session).get_many(
            EntityKind.DESTINATION, (ACME.id, None), [one.name for one in items]
        )
        if session.connection.dialect.name == "sqlite":
            assert await session.column(text("PRAGMA integrity_check")) == ["ok"]
            assert await session.column(text("PRAGMA foreign_key_check")) == []
    assert len(items) in (0, ITEMS)
    numbers = {item.get("number") for item in items}
    assert len(numbers) <= 1
    if acknowledged:
        assert int(numbers.pop()) >= acknowledged
    for item in items:
        number, of = labels[item.name]
        assert number == Label("number", (item.get("number"),))
        assert of == Label("item", (item.name.removeprefix("item-"), "y" * 500))
