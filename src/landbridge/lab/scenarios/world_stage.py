"""Setting up a whole world for a scenario: cloud side, connectors, a backend, a destination; and the check of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from landbridge.connector.settings import ConnectorSettings
from landbridge.lab.scenario import Stage, Staged
from landbridge.model.content import LevelContent
from landbridge.model.destination import Destination
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping as SystemMapping
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


Mappings = Callable[[World], Sequence[SystemMapping]]
Prepare = Callable[[World, Path], Awaitable[Sequence[str]]]
"""Does what is left to do when the world runs; gives more options for the command."""


async def nothing_more(running: World, folder: Path) -> Sequence[str]:
    """Nothing is left to do."""
    return ()


@dataclass(frozen=True, slots=True)
class Story:
    """What is set up.

    mappings   of the connector, made when the backend runs; by default erp.virtual:80 to the sample backend
    connector  whether there is one; its location id
    settings   further settings of the world
    """

    text: str
    destination: Destination | None = field(default_factory=on_premise)
    mappings: Mappings = lambda running: (erp_mapping(running.backend.port),)
    connector: bool = True
    location: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    connector_settings: ConnectorSettings = field(default_factory=ConnectorSettings)
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: Command = field(default_factory=check)
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
        if story.connector:
            content = ConnectorContent(
                "plant", ACME, story.location, mappings=tuple(story.mappings(running)), **story.content
            )
            await running.add_connector(content)
        more = await story.prepare(running, folder)
        yield Staged((*story.command, *more, "--data", str(folder / "cloud")), story.text)


def _acme(story: Story) -> SubaccountContent:
    content = subaccount(ACME, "acme")
    if story.destination is None:
        return content
    return replace(content, level=LevelContent(destinations=(story.destination,)))
