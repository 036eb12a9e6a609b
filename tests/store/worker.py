"""A process that writes together with others on the same database."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from landbridge.faults import FaultError
from landbridge.store import Database, DestinationRepository, load_or_create_vault
from tests.store.nouns import ACME, orders

OWN = 15
CONTESTED = 25
COUNTER = "counter"
PATIENCE = 60.0


async def work(db: Database, number: int) -> list[str]:
    """Destinations of its own, a counter that all raise, names that all want; returns the names that it got."""
    won = []
    for turn in range(max(OWN, CONTESTED)):
        if turn < OWN:
            await put(db, f"own-{number}-{turn}", number)
            await raise_counter(db)
        if turn < CONTESTED and await claim(db, f"contested-{turn:02}", number):
            won.append(f"contested-{turn:02}")
    return won


async def put(db: Database, name: str, number: int) -> None:
    async with db.begin() as session:
        await DestinationRepository(session).put(ACME.id, None, orders(Name=name, worker=str(number)))


async def raise_counter(db: Database) -> None:
    async with db.begin() as session:
        repository = DestinationRepository(session)
        counter = await repository.get(ACME.id, None, COUNTER)
        assert counter is not None
        await repository.put(ACME.id, None, orders(Name=COUNTER, count=str(int(counter.get("count")) + 1)))


async def claim(db: Database, name: str, number: int) -> bool:
    try:
        async with db.begin() as session:
            await DestinationRepository(session).put_new(ACME.id, None, orders(Name=name, worker=str(number)))
    except FaultError as error:
        if error.fault.code != "store.conflict":
            raise
        return False
    return True


async def main(data: Path, url: str, number: int) -> None:
    db = await Database.open(url, load_or_create_vault(data), busy_seconds=PATIENCE)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(*await work(db, number))
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
