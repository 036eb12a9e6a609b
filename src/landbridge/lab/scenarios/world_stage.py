"""Setting up a whole world for a scenario: cloud side, connectors, a backend, a destination; and the check of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from landbridge.connector.settings import ConnectorSettings
from landbridge.lab.scenario import Stage, Staged
from landbridge.model.certificate import StoredCertificate
from landbridge.model.content import LevelContent
from landbridge.model.destination import Destination
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping as SystemMapping
from landbridge.model.mapping import Protocol
from landbridge.model.subaccount import SubaccountContent
from landbridge.testing.world import ACME, GLOBEX, World, erp_mapping, subaccount, world

NAME = "ERP"
Command = tuple[str, ...]


def check(*options: str, subdomain: str = "acme") -> Command:
    """The command that a user would type for the destination."""
    return ("check", NAME, "--subaccount", subdomain, *options)


def on_premise(url: str = "http://erp.virtual:80/", **properties: str) -> Destination:
    """A destination behind a connector."""
    usual = {"Name": NAME, "Type": "HTTP", "URL": url, "ProxyType": "OnPremise", "Authentication": "NoAuthentication"}
    return Destination({**usual, **properties})


def internet(url: str, **properties: str) -> Destination:
    """A destination that is called directly."""
    return on_premise(url, **{"ProxyType": "Internet", **properties})


Connect = Callable[[World, ConnectorContent], Awaitable[object]]
"""Lets the connector in."""
Mappings = Callable[[World], Sequence[SystemMapping]]
Prepare = Callable[[World, Path], Awaitable[Sequence[str]]]
"""Does what is left to do when the world runs; gives more options for the command."""


async def nothing_more(running: World, folder: Path) -> Sequence[str]:
    """Nothing is left to do."""
    return ()


@dataclass(frozen=True, slots=True)
class Behind:
    """What a connector of a scenario has: mappings, and further properties of its configuration."""

    mappings: Sequence[SystemMapping]
    content: Mapping[str, Any] = field(default_factory=dict)


Backend = Callable[[World, Path], AbstractAsyncContextManager[Behind]]
"""Starts what stands behind the connector."""


async def call(running: World, subdomain: str, method: str, path: str, body: object = None) -> int:
    """The status of a request to the Destination service, as an application of that subaccount makes it."""
    token = await running.token(subdomain, "destination")
    url = f"{running.cloud.running.local_url}/destination-configuration/v1/{path}"
    answer = await running.http.request(method, url, headers={"Authorization": f"Bearer {token}"}, json=body)
    return answer.status_code


def behind(port: int, protocol: Protocol = Protocol.HTTP, **more: Any) -> SystemMapping:
    """erp.virtual:80 to a port of this machine."""
    return replace(erp_mapping(port), **{"protocol": protocol, "internal_host": "localhost", **more})


def backend(server: Callable[[], AbstractContextManager[int]], protocol: Protocol = Protocol.HTTP) -> Backend:
    """A server that is there while its context is, and whose port the context gives."""

    @asynccontextmanager
    async def started(running: World, folder: Path) -> AsyncIterator[Behind]:
        with server() as port:
            yield Behind((behind(port, protocol),))

    return started


@asynccontextmanager
async def sample_backend(running: World, folder: Path) -> AsyncIterator[Behind]:
    """The world's own backend."""
    yield Behind((erp_mapping(running.backend.port),))


@dataclass(frozen=True, slots=True)
class Story:
    """What is set up.

    backend    what stands behind the connector; by default erp.virtual:80 is the sample backend
    mappings   instead of those that the backend brings
    connector  whether there is one; its location id
    settings   further settings of the world
    certificates  of the subaccount
    """

    text: str
    destination: Destination | None = field(default_factory=on_premise)
    backend: Backend = sample_backend
    mappings: Mappings | None = None
    connector: bool = True
    location: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    connector_settings: ConnectorSettings = field(default_factory=ConnectorSettings)
    settings: Mapping[str, Any] = field(default_factory=dict)
    certificates: tuple[StoredCertificate, ...] = ()
    command: Command = field(default_factory=check)
    connect: Connect = World.add_connector
    prepare: Prepare = nothing_more


def stage(story: Story) -> Stage:
    """Bring it about."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder, story)

    return staged


@asynccontextmanager
async def _staged(folder: Path, story: Story) -> AsyncIterator[Staged]:
    subaccounts = (_acme(story), subaccount(GLOBEX, "globex"))
    async with world(
        folder,
        connectors=[],
        subaccounts=subaccounts,
        connector_settings=story.connector_settings,
        **story.settings,
    ) as running:
        there = await running.stack.enter_async_context(story.backend(running, folder))
        mappings = tuple(there.mappings if story.mappings is None else story.mappings(running))
        if story.connector:
            more_content = {**there.content, **story.content}
            content = ConnectorContent("plant", ACME, story.location, mappings=mappings, **more_content)
            await story.connect(running, content)
        more = await story.prepare(running, folder)
        yield Staged((*story.command, *more, "--data", str(folder / "cloud")), story.text)


def _acme(story: Story) -> SubaccountContent:
    content = subaccount(ACME, "acme")
    if story.destination is None:
        return content
    return replace(content, level=LevelContent(destinations=(story.destination,), certificates=story.certificates))
