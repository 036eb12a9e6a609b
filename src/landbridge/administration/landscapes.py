"""The landscape: applied, remembered, gone back to."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from landbridge.administration.desk import Desk
from landbridge.api.admin import ResetTo
from landbridge.api.admin_bodies import Answer
from landbridge.landscape.apply import apply, difference
from landbridge.landscape.certificates import FileUse
from landbridge.landscape.changes import Changes
from landbridge.landscape.export import exported
from landbridge.landscape.read import read_text
from landbridge.landscape.write import render
from landbridge.model.landscape import Landscape
from landbridge.store import SubaccountRepository


class Remembered:
    """The landscape that was applied last, for everybody who resets."""

    def __init__(self) -> None:
        self.landscape = Landscape()


class Landscapes:
    """See `landbridge.api.admin.LandscapesDesk`. A landscape speaks of the whole installation."""

    def __init__(self, desk: Desk, remembered: Remembered) -> None:
        self._desk = desk
        self._remembered = remembered

    async def apply(self, text: str) -> Answer:
        self._desk.demand_installation("Applying a landscape")
        return _counted(await self.apply_landscape(await _read(text)))

    async def compare(self, text: str) -> Answer:
        """What applying would change, by kind of change: each thing with its kind, subaccount and name."""
        self._desk.demand_installation("Comparing a landscape")
        changes = await difference(await _read(text), self._desk.parts.db)
        kinds = ("created", "updated", "removed")
        return {kind: [asdict(item) for item in getattr(changes, kind)] for kind in kinds}

    async def export(self, secrets: bool) -> str:
        """The landscape file that describes what is there."""
        self._desk.demand_installation("Exporting the landscape")
        found = await exported(self._desk.parts.db)
        return await asyncio.to_thread(render, found, secrets=secrets)

    async def apply_landscape(self, landscape: Landscape) -> Changes:
        """Apply a landscape, and remember it as the one to reset to."""
        changes = await apply(landscape, self._desk.parts.db, self._desk.parts.keyring)
        self._remembered.landscape = landscape
        return changes

    async def reset(self, to: ResetTo) -> Answer:
        """What the landscape names keeps its client secrets, so that applications under test go on."""
        self._desk.demand_installation("Resetting")
        begun = time.perf_counter()
        parts = self._desk.parts
        landscape = self._remembered.landscape if to == "landscape" else Landscape()
        kept = {content.subaccount.id for content in landscape.subaccounts}
        async with parts.db.begin() as session:
            repository = SubaccountRepository(session)
            for subaccount in await repository.list():
                if subaccount.id not in kept:
                    await repository.delete(subaccount.id)
        await apply(landscape, parts.db, parts.keyring)
        parts.keyring.bump()
        parts.clock.reset()
        for forget in parts.forget:
            forget()
        return {"to": to, "ms": round((time.perf_counter() - begun) * 1000, 1)}


async def _read(text: str) -> Landscape:
    """In a thread: a large file takes seconds. It came over the network, so it may not name files of this machine."""
    path = Path("landscape.yaml")
    return await asyncio.to_thread(read_text, text, path, need_files=False, certificate_files=FileUse.REFUSE)


def _counted(changes: Changes) -> Answer:
    """How many items of each kind of change, for people and scripts; nothing secret is in a name."""
    kinds = ("created", "updated", "removed", "unchanged")
    return dict(Counter({kind: len(getattr(changes, kind)) for kind in kinds}))
