"""Destinations of other types than HTTP: what is there, and what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.world_stage import NAME, Behind, Story, stage
from landbridge.lab.servers.deaf import closed_port
from landbridge.model.destination import Destination
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.world import World


def _tcp(address: str = "db.virtual:1433", **more: str) -> Destination:
    return Destination({"Name": NAME, "Type": "TCP", "Address": address, "ProxyType": "OnPremise", **more})


def _ldap() -> Destination:
    return Destination(
        {"Name": NAME, "Type": "LDAP", "ldap.url": "ldap://dir.virtual:389", "ldap.proxyType": "OnPremise"}
    )


def _mapping(host: str, port: int, protocol: Protocol, internal: int) -> Mapping:
    return Mapping(host, port, "127.0.0.1", internal, protocol=protocol)


@asynccontextmanager
async def _database(running: World, folder: Path) -> AsyncIterator[Behind]:
    yield Behind((_mapping("db.virtual", 1433, Protocol.TCP, running.backend.port),))


@asynccontextmanager
async def _directory(running: World, folder: Path) -> AsyncIterator[Behind]:
    yield Behind((_mapping("dir.virtual", 389, Protocol.LDAP, running.backend.port),))


@asynccontextmanager
async def _closed(running: World, folder: Path) -> AsyncIterator[Behind]:
    with closed_port() as port:
        yield Behind((_mapping("db.virtual", 1433, Protocol.TCP, port),))


SCENARIOS = (
    Scenario(HEALTHY, "tcp", stage(Story("A database behind a connector.", _tcp(), _database)), "on-premise"),
    Scenario(HEALTHY, "ldap", stage(Story("A directory behind a connector.", _ldap(), _directory)), "on-premise"),
    Scenario("conn.403", "system-missing", stage(Story("It is mapped for HTTP.", _tcp("erp.virtual:80"))), "tcp"),
    Scenario("conn.502", "backend-down", stage(Story("Nothing listens there.", _tcp(), _closed)), "tcp"),
)
