"""A data folder whose subaccount has very many destinations."""

from __future__ import annotations

import asyncio
from pathlib import Path

from landbridge.landscape.clients import new_client
from landbridge.model.destination import Destination, destination
from landbridge.model.subaccount import Client, Service, ServiceInstance, Subaccount
from landbridge.store import (
    ClientRepository,
    DestinationRepository,
    InstanceRepository,
    SubaccountRepository,
    open_installation,
)

SUBACCOUNT = Subaccount("6d1f5b52-0000-4000-8000-0000000000bf", "many", "Many")
INSTANCE = ServiceInstance(
    "6d1f5b52-0000-4000-8000-0000000000c0", "many-dest", Service.DESTINATION, "lite", SUBACCOUNT.id
)
DESTINATIONS = 10_000
TARGET = "d-05000"
"""The destination that is found, on the level of the subaccount: the second one that is looked at."""


def seed(data: Path, count: int, token_url: str) -> Client:
    """Make the folder; returns the client that finds."""
    return asyncio.run(_seed(data, count, token_url))


async def _seed(data: Path, count: int, token_url: str) -> Client:
    client = new_client(INSTANCE)
    db = await open_installation(data)
    async with db.begin() as session:
        await SubaccountRepository(session).put(SUBACCOUNT)
        await InstanceRepository(session).put(INSTANCE)
        await ClientRepository(session).put(client)
        many = (_destination(number, token_url) for number in range(count))
        await DestinationRepository(session).put_many(SUBACCOUNT.id, None, many)
    await db.close()
    return client


def _destination(number: int, token_url: str) -> Destination:
    """One that needs a token, with as many properties as people give them."""
    return destination(
        {
            "Name": f"d-{number:05}",
            "Type": "HTTP",
            "Description": "One of very many destinations of the benchmark",
            "URL": f"https://host-{number}.example.test/api/v1",
            "ProxyType": "Internet",
            "Authentication": "OAuth2ClientCredentials",
            "clientId": f"client-{number}",
            "clientSecret": f"secret-{number:032}",
            "tokenServiceURL": token_url,
            "tokenServiceURLType": "Dedicated",
            "URL.headers.x-tenant": "many",
            "sap-client": "100",
            "HTML5.DynamicDestination": "true",
            "WebIDEEnabled": "true",
        }
    )
