"""A world with users and backends with mutual TLS, for tests of identity propagation."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from cryptography.x509.oid import NameOID

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import AuthenticationMode, Mapping, Protocol, Resource
from landbridge.model.propagation import KeyFiles, Propagation
from landbridge.model.secret import Secret
from landbridge.model.subaccount import User
from landbridge.testing.sample_backend import SampleBackend
from landbridge.testing.world import ACME, GLOBEX, RunningConnector, World, subaccount, world
from tests.world.certificates import Pair, authority, issue, server_context
from tests.world.client import Answer, ask, request

USERS = tuple(f"user{number}@acme.example" for number in range(4))
TARGET = "http://erp.virtual:443/echo"


@dataclass
class Stage:
    """What tests share: the world, a backend that asks for certificates, and one that does not.

    files      system certificate of connectors, issued by `trusted_ca`
    signers    the authority of users' certificates
    """

    running: World
    mutual: SampleBackend
    simple: SampleBackend
    trusted_ca: str
    files: KeyFiles
    signers: KeyFiles
    numbers: count[int] = field(default_factory=count)

    async def user_token(self, name: str, subdomain: str = "acme", password: str = "pass-word") -> str:
        form = {"grant_type": "password", "username": name, "password": password}
        return await self.running.token(subdomain, "xsuaa", **form)

    async def foreign_token(self) -> str:
        """Of a user of another subaccount."""
        return await self.user_token("alice@globex.example", "globex", "alice-password")

    async def expose(
        self,
        mode: AuthenticationMode = AuthenticationMode.X509_RESTRICTED,
        backend: SampleBackend | None = None,
        propagation: Propagation | None = None,
    ) -> Reach:
        """A connector at a location of its own, with erp.virtual:443 in front of the backend."""
        backend = backend or self.mutual
        backend.seen.clear()
        name = f"erp{next(self.numbers)}"
        mapping = Mapping(
            "erp.virtual", 443, "127.0.0.1", backend.port, Protocol.HTTPS,
            authentication_mode=mode, resources=(Resource("/"),),
        )  # fmt: skip
        content = ConnectorContent(
            name, ACME, name,
            mappings=(mapping,),
            trusted_ca_files=(self.trusted_ca,),
            system_certificate=self.files,
            propagation=propagation or Propagation(authority=self.signers),
        )  # fmt: skip
        return Reach(self, name, await self.running.add_connector(content))


@dataclass
class Reach:
    """The way to a backend through one connector."""

    stage: Stage
    location: str
    connector: RunningConnector

    def request(self, token: str, *lines: str, target: str = TARGET) -> bytes:
        return request(target, token, f"SAP-Connectivity-SCC-Location_ID: {self.location}", *lines)

    async def ask(self, token: str, *lines: str, target: str = TARGET) -> Answer:
        return await ask(self.stage.running.door, self.request(token, *lines, target=target))

    async def echo(self, user: str = "", **headers: str) -> tuple[int, dict[str, str], str | None]:
        """(status, headers that the backend saw in lower case, fault)."""
        if user:
            headers["SAP-Connectivity-Authentication"] = f"Bearer {user}"
        lines = [f"{name}: {value}" for name, value in headers.items()]
        answer = await self.ask(await self.stage.running.token(), *lines)
        seen = {name.lower(): value for name, value in answer.json["headers"]} if answer.status == 200 else {}
        return answer.status, seen, answer.fault


@asynccontextmanager
async def users_stage(folder: Path) -> AsyncIterator[Stage]:
    """Everything but connectors, running."""
    ca = authority()
    trusted = folder / "ca.pem"
    trusted.write_text(ca.certificate_pem)
    simple = server_context(issue(ca), folder)
    mutual = server_context(issue(ca), folder)
    mutual.verify_mode = ssl.CERT_REQUIRED
    mutual.load_verify_locations(trusted)
    files = _files(folder, "system", issue(ca, (NameOID.COMMON_NAME, "connector system")))
    signers = _files(folder, "signers", authority("signers of users"))
    people = tuple(User(name, Secret("pass-word"), email=name) for name in USERS)
    acme = replace(subaccount(ACME, "acme"), users=people)
    content = (acme, subaccount(GLOBEX, "globex"))
    async with (
        SampleBackend(tls=mutual) as first,
        SampleBackend(tls=simple) as second,
        world(folder, connectors=(), subaccounts=content) as running,
    ):
        yield Stage(running, first, second, str(trusted), files, signers)


def _files(folder: Path, name: str, pair: Pair) -> KeyFiles:
    (folder / f"{name}.pem").write_text(pair.certificate_pem)
    (folder / f"{name}.key").write_text(pair.key_pem)
    return KeyFiles(str(folder / f"{name}.pem"), str(folder / f"{name}.key"))
