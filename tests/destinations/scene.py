"""Two subaccounts with destination instances, a signing key, and the service between them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey

from landbridge.destinations.auth.tokens import TokenSource
from landbridge.destinations.service import DestinationService
from landbridge.identity.verify import TokenVerifier
from landbridge.landscape.apply import apply
from landbridge.landscape.read import read_text
from landbridge.model.destination import destination
from landbridge.store import (
    ClientRepository,
    Database,
    DestinationRepository,
    InstanceRepository,
    load_or_create_vault,
    sqlite_url,
)

NOW = 1_800_000_000.0
ACME = "11111111-aaaa-4bbb-8ccc-222222222222"
OTHER = "22222222-aaaa-4bbb-8ccc-222222222222"

LANDSCAPE = f"""\
landbridge: 1
subaccounts:
  - id: {ACME}
    subdomain: acme
    instances:
      - {{name: one, service: destination}}
      - {{name: two, service: destination}}
      - {{name: conn, service: connectivity}}
      - {{name: app, service: xsuaa}}
  - id: {OTHER}
    subdomain: other
    instances:
      - {{name: one, service: destination}}
"""


@cache
def signing_key(kid: str = "key-1") -> RSAKey:
    """A key pair for the whole test run: making one costs a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256"})


class OneKey:
    """A key source with one key; `bump` is what applying a landscape calls."""

    epoch = 0

    def key(self, kid: str) -> RSAKey | None:
        return signing_key() if kid == "key-1" else None

    def bump(self) -> None:
        self.epoch += 1


@dataclass
class Scene:
    """What a test stands in."""

    db: Database
    verifier: TokenVerifier
    sources: list[TokenSource] = field(default_factory=list)

    def service(self, **settings: Any) -> DestinationService:
        """A service on this scene's store; private token services are allowed unless said otherwise."""
        source = TokenSource(self.verifier, lambda: NOW, **{"private_targets": True, **settings})
        self.sources.append(source)
        return DestinationService(self.db, self.verifier, source, "acme.test")

    async def instance_id(self, name: str, subaccount: str = ACME) -> str:
        async with self.db.read() as session:
            instance = await InstanceRepository(session).by_name(subaccount, name)
        assert instance
        return instance.id

    async def put(self, properties: Mapping[str, object], instance: str | None = None, subaccount: str = ACME) -> str:
        """Store a destination; returns its entity tag."""
        given = destination({"Name": "D", "Type": "HTTP", "URL": "http://x.test", **properties})
        level = await self.instance_id(instance, subaccount) if instance else None
        async with self.db.begin() as session:
            await DestinationRepository(session).put(subaccount, level, given)
        return given.etag

    async def client_id(self, instance: str = "one", subaccount: str = ACME) -> str:
        level = await self.instance_id(instance, subaccount)
        async with self.db.read() as session:
            (client,) = await ClientRepository(session).for_instance(level)
        return client.id

    async def token(self, instance: str = "one", subaccount: str = ACME, **claims: object) -> str:
        """A service token of an instance; `claims` replace what it says by itself."""
        subdomain = "acme" if subaccount == ACME else "other"
        said: dict[str, object] = {
            "zid": subaccount,
            "cid": await self.client_id(instance, subaccount),
            "grant_type": "client_credentials",
            "ext_attr": {"enhancer": "XSUAA", "zdn": subdomain},
            "exp": NOW + 3600,
        }
        return signed(said | claims)

    async def bearer(self, instance: str = "one", subaccount: str = ACME) -> str:
        """The Authorization header of an instance."""
        return f"Bearer {await self.token(instance, subaccount)}"


def signed(claims: Mapping[str, object], key: RSAKey | None = None, kid: str = "key-1") -> str:
    """A signed token, right or wrong."""
    header = {"alg": "RS256", "kid": kid, "typ": "JWT"}
    return jws.serialize_compact(header, json.dumps(claims), key or signing_key(), algorithms=["RS256"])


@asynccontextmanager
async def open_scene(folder: Path) -> AsyncIterator[Scene]:
    """A scene with its own database in `folder`."""
    db = await Database.open(sqlite_url(folder), load_or_create_vault(folder))
    keys = OneKey()
    await apply(read_text(LANDSCAPE, Path("landscape.yaml")), db, keys)
    scene = Scene(db, TokenVerifier(keys, lambda: NOW))
    try:
        yield scene
    finally:
        for source in scene.sources:
            await source.close()
        await db.close()
