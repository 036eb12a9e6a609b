"""A whole world in one process: cloud side, connectors and a sample backend, on free ports, in a temporary folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from landbridge.app import CloudSide
from landbridge.connector.auditing import AUDIT_FOLDER
from landbridge.connector.enrol import enrol
from landbridge.connector.program import Connector, Event
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.files import ConnectorState, load_state
from landbridge.faults import Fault
from landbridge.model.clock import Clock
from landbridge.model.landscape import ConnectorContent, Landscape
from landbridge.model.mapping import Mapping, Resource
from landbridge.model.secret import Secret
from landbridge.model.subaccount import (
    InstanceContent,
    Service,
    ServiceInstance,
    Subaccount,
    SubaccountContent,
    User,
)
from landbridge.net.clock import system_clock
from landbridge.observe.audit import AuditTrail
from landbridge.settings import DoorSettings, Settings, TunnelSettings
from landbridge.testing.furnished import furnish
from landbridge.testing.known_passwords import KNOWN_PASSWORDS
from landbridge.testing.sample_backend import SampleBackend

ACME = "11111111-aaaa-4bbb-8ccc-000000000001"
GLOBEX = "22222222-aaaa-4bbb-8ccc-000000000002"
PATIENCE = 10.0
"""Seconds after which waiting for an event counts as failure."""
_NOTHING_KEPT = httpx.Limits(max_keepalive_connections=0)
"""Tests count what is open."""


def subaccount(subaccount_id: str, subdomain: str) -> SubaccountContent:
    """A subaccount with one user and one instance of each service."""
    number = subaccount_id[-1]
    instances = (
        ServiceInstance(
            f"{number * 8}-0000-4000-8000-00000000000d", "destination", Service.DESTINATION, "lite", subaccount_id
        ),
        ServiceInstance(
            f"{number * 8}-0000-4000-8000-00000000000c", "connectivity", Service.CONNECTIVITY, "lite", subaccount_id
        ),
        ServiceInstance(
            f"{number * 8}-0000-4000-8000-00000000000a",
            "app",
            Service.XSUAA,
            "application",
            subaccount_id,
            f"app-{subdomain}",
        ),
    )
    user = User(f"alice@{subdomain}.example", Secret("alice-password"), f"alice@{subdomain}.example", "Alice", "Arden")
    return SubaccountContent(
        Subaccount(subaccount_id, subdomain), (user,), tuple(InstanceContent(instance) for instance in instances)
    )


def erp_mapping(port: int, *resources: Resource, virtual: str = "erp.virtual", virtual_port: int = 80) -> Mapping:
    """erp.virtual:80 to a backend on this machine; without resources everything is exposed, upgrades too."""
    exposed = resources or (Resource("/", websocket_upgrade_allowed=True),)
    return Mapping(virtual, virtual_port, "127.0.0.1", port, resources=exposed)


@dataclass
class RunningConnector:
    """A connector that runs in this process. `events` are its reports, `done` is its end."""

    content: ConnectorContent
    state: ConnectorState
    connector: Connector
    done: asyncio.Task[Fault | None]
    events: asyncio.Queue[Event] = field(default_factory=asyncio.Queue)

    async def next_event(self) -> Event:
        async with asyncio.timeout(PATIENCE):
            return await self.events.get()


@dataclass
class World:
    """Everything that is running. Make it with `world()`."""

    folder: Path
    cloud: CloudSide
    backend: SampleBackend
    connectors: dict[str, RunningConnector]
    connector_settings: ConnectorSettings
    stack: AsyncExitStack
    http: httpx.AsyncClient
    """For the API; it trusts no certificates, which takes a moment to load."""

    @property
    def door(self) -> tuple[str, int]:
        """Address of the HTTP door."""
        return ("127.0.0.1", self.cloud.gateway.door_port)

    async def credentials(self, subdomain: str, service: str) -> dict[str, Any]:
        """Credentials of the binding of one service."""
        vcap: dict[str, Any] = await self.cloud.binding(subdomain)
        credentials: dict[str, Any] = vcap[service][0]["credentials"]
        return credentials

    async def token(self, subdomain: str = "acme", service: str = "connectivity", **form: str) -> str:
        """An access token, fetched as an application would."""
        credentials = await self.credentials(subdomain, service)
        data = {
            "grant_type": "client_credentials",
            "client_id": credentials["clientid"],
            "client_secret": credentials["clientsecret"],
        } | form
        answer = await self.http.post(f"{self.cloud.api_url}/oauth/token", data=data)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    async def add_connector(self, content: ConnectorContent, *, wait: bool = True) -> RunningConnector:
        """Enrol (once) and run a connector; returns when it is connected."""
        folder = self.folder / f"connector-{content.name}"
        if not (folder / "connector.json").exists():
            data = await self.cloud.invite(content.subaccount_id, content.location_id)
            await enrol(data, folder)
        return await self.run_connector(content, load_state(folder), wait=wait)

    async def run_connector(
        self, content: ConnectorContent, state: ConnectorState, *, wait: bool = True
    ) -> RunningConnector:
        """Run a connector with the given identity."""
        events: asyncio.Queue[Event] = asyncio.Queue()
        audit = AuditTrail(state.folder / AUDIT_FOLDER, system_clock)
        connector = Connector(state, content, self.connector_settings, events.put_nowait, system_clock, audit)
        running = RunningConnector(content, state, connector, asyncio.create_task(connector.run()), events)
        self.connectors[content.name] = running
        self.stack.push_async_callback(_finish, running)
        if wait:
            async with asyncio.timeout(PATIENCE):
                await self.cloud.gateway.wait_for_connector(content.subaccount_id, content.location_id)
        return running


async def _finish(running: RunningConnector) -> None:
    await running.connector.stop()
    running.done.cancel()
    await asyncio.gather(running.done, return_exceptions=True)


@asynccontextmanager
async def world(
    folder: Path,
    *,
    connectors: Sequence[ConnectorContent] | None = None,
    subaccounts: Sequence[SubaccountContent] | None = None,
    door: DoorSettings | None = None,
    tunnel: TunnelSettings | None = None,
    connector_settings: ConnectorSettings | None = None,
    clock: Clock = system_clock,
    fresh: bool = False,
    **changes: Any,
) -> AsyncIterator[World]:
    """A running world; by default subaccounts acme and globex, and a connector of acme that exposes the backend.

    fresh    with an authority and keys of its own, which the worlds of a process share otherwise (`furnish`)
    changes  further `Settings` of the cloud side
    """
    async with AsyncExitStack() as stack:
        backend = await stack.enter_async_context(SampleBackend())
        if connectors is None:
            connectors = [ConnectorContent("erp", ACME, mappings=(erp_mapping(backend.port),))]
        content = subaccounts or (subaccount(ACME, "acme"), subaccount(GLOBEX, "globex"))
        settings = replace(
            Settings(data=folder / "cloud"),
            http_port=0,
            https_port=0,
            door_port=0,
            socks_port=0,
            tunnel_port=0,
            door=door or DoorSettings(),
            tunnel=tunnel or TunnelSettings(),
            stop_grace=0.0,
            **changes,
        )
        if not fresh and clock is system_clock:  # the authority's certificate has its time from the clock
            await furnish(settings.data)
        cloud = await CloudSide.start(settings, Landscape(tuple(content)), clock, KNOWN_PASSWORDS)
        stack.push_async_callback(cloud.stop)
        http = await stack.enter_async_context(httpx.AsyncClient(verify=False, limits=_NOTHING_KEPT))
        running = World(folder, cloud, backend, {}, connector_settings or ConnectorSettings(), stack, http)
        for connector in connectors:
            await running.add_connector(connector)
        yield running
