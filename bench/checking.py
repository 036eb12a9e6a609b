"""How long the full check of a healthy destination behind a connector takes, through a running tunnel."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx

from bench.nouns import Timing
from landbridge.data_folder import read_admin_token
from landbridge.model.content import LevelContent
from landbridge.model.destination import Destination
from landbridge.testing.world import ACME, World, subaccount, world

AIM = 0.05
"""Seconds, without the backend's own time; the sample backend answers at once."""
_ROUNDS = 30
_WARM = 5
_ERP = {"Name": "ERP", "Type": "HTTP", "URL": "http://erp.virtual:80/", "ProxyType": "OnPremise"}


def measure(folder: Path, say: Callable[[str], None]) -> tuple[Timing, ...]:
    """Seconds of a call of the admin API, median. Cloud side, connector and backend share one process."""
    seconds = asyncio.run(_measured(folder / "checks"))
    what = "full check of a healthy on-premise destination (POST .../check)"
    say(f"{what}: {seconds * 1000:,.1f} ms")
    return (Timing(what, seconds, AIM),)


async def _measured(folder: Path) -> float:
    folder.mkdir()
    content = replace(subaccount(ACME, "acme"), level=LevelContent(destinations=(Destination(_ERP),)))
    async with world(folder, subaccounts=(content,)) as running:
        return await _median(running)


async def _median(running: World) -> float:
    token = read_admin_token(running.cloud.settings.data).reveal()
    url = f"{running.cloud.running.local_url}/admin/subaccounts/acme/destinations/ERP/check"
    times: list[float] = []
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        for _ in range(_WARM + _ROUNDS):
            began = time.perf_counter()
            answer = await client.post(url)
            times.append(time.perf_counter() - began)
            if not answer.json().get("healthy"):
                raise RuntimeError(f"the check found something: {answer.text[:500]}")
    return statistics.median(times[_WARM:])
