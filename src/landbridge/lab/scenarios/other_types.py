"""Destinations of other types than HTTP: what is there, and what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.mail_stage import trusted
from landbridge.lab.scenarios.world_stage import NAME, Behind, Story, check, stage
from landbridge.lab.servers import directory
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.deaf import closed_port
from landbridge.lab.servers.mail import PASSWORD
from landbridge.model.destination import Destination
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.world import World


def _tcp(address: str = "db.virtual:1433", **more: str) -> Destination:
    return Destination({"Name": NAME, "Type": "TCP", "Address": address, "ProxyType": "OnPremise", **more})


def _mapping(host: str, port: int, protocol: Protocol, internal: int) -> Mapping:
    return Mapping(host, port, "127.0.0.1", internal, protocol=protocol)


@asynccontextmanager
async def _database(running: World, folder: Path) -> AsyncIterator[Behind]:
    yield Behind((_mapping("db.virtual", 1433, Protocol.TCP, running.backend.port),))


@asynccontextmanager
async def _closed(running: World, folder: Path) -> AsyncIterator[Behind]:
    with closed_port() as port:
        yield Behind((_mapping("db.virtual", 1433, Protocol.TCP, port),))


def _directory_at(text: str, scheme: str, password: str = PASSWORD) -> Stage:
    """A directory on the Internet, which the destination logs on to."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder)

    @asynccontextmanager
    async def _staged(folder: Path) -> AsyncIterator[Staged]:
        secured = trusted(folder)
        habits = directory.Habits(secured.context, scheme == "ldaps", strict=True)
        with listening(directory.directory(habits)) as port:
            properties = {
                "Name": NAME,
                "Type": "LDAP",
                "ldap.url": f"{scheme}://localhost:{port}",
                "ldap.proxyType": "Internet",
                "ldap.authentication": "BasicAuthentication",
                "ldap.user": directory.USER,
                "ldap.password": password,
            }
            command = check("--login", *secured.options, "--timeout", "4")
            allowed = {"check_targets": ("127.0.0.0/8",)}
            story = Story(text, Destination(properties), connector=False, settings=allowed, command=command)
            async with stage(story)(folder) as ready:
                yield ready

    return staged


SCENARIOS = (
    Scenario(HEALTHY, "ldap", _directory_at("StartTLS, and a bind.", "ldap"), "internet"),
    Scenario(HEALTHY, "ldap", _directory_at("TLS, and a bind.", "ldaps"), "internet-tls"),
    Scenario(
        "outbound.http-401",
        "bad-credentials",
        _directory_at("Wrong password.", "ldaps", "not-it"),
        "directory-destination",
    ),
    Scenario(HEALTHY, "tcp", stage(Story("A database behind a connector.", _tcp(), _database)), "on-premise"),
    Scenario("conn.403", "system-missing", stage(Story("It is mapped for HTTP.", _tcp("erp.virtual:80"))), "tcp"),
    Scenario("conn.502", "backend-down", stage(Story("Nothing listens there.", _tcp(), _closed)), "tcp"),
)
