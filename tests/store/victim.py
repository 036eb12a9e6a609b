"""A process that works on a database until it is killed, at a moment that nobody chose."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

from landbridge.model.label import EntityKind, Label
from landbridge.store import Database, DestinationRepository, LabelRepository, open_installation, rotate_master_key
from tests.store.nouns import ACME, orders

ROOT = Path(__file__).parents[2]
ITEMS = 20
LONGEST_LIFE = 0.25
"""Seconds after it said that it works."""


async def killed_at_random(work: str, data: Path, url: str, chance: random.Random) -> list[str]:
    """Run `work` in a process of its own, kill it with SIGKILL, and return what it had said until then."""
    command = [sys.executable, "-m", "tests.store.victim", work, str(data), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": "src:."}) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "working\n"
        await asyncio.sleep(chance.random() * LONGEST_LIFE)
        victim.kill()
        return [line.strip() for line in victim.stdout if line.endswith("\n")]


async def rotate(data: Path, url: str) -> None:
    """Rotate for ever, both kinds in turn."""
    said("working")
    while True:
        for data_keys_too in (False, True):
            await rotate_master_key(data, url, data_keys_too=data_keys_too)


async def write(data: Path, url: str) -> None:
    """Write items for ever: an item is a destination and its labels, all of the same number. Says which are safe."""
    db = await open_installation(data, url)
    said("working")
    number = await last_number(db)
    while True:
        number += 1
        async with db.begin() as session:
            for item in range(ITEMS):
                destination = orders(Name=f"item-{item}", number=str(number), filler="x" * 2000)
                await DestinationRepository(session).put(ACME.id, None, destination)
                labels = [Label("number", (str(number),)), Label("item", (str(item), "y" * 500))]
                await LabelRepository(session).set(EntityKind.DESTINATION, (ACME.id, None), destination.name, labels)
        said(str(number))


async def last_number(db: Database) -> int:
    async with db.read() as session:
        item = await DestinationRepository(session).get(ACME.id, None, "item-0")
    return int(item.get("number")) if item else 0


def said(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _, chosen, folder, where = sys.argv
    asyncio.run({"rotate": rotate, "write": write}[chosen](Path(folder), where))
