"""Two subaccounts with destination instances, a signing key, and the service between them."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey

from landbridge.destinations.auth.tokens import TokenSource
from landbridge.destinations.service import DestinationService
from landbridge.identity.request_limit import RequestLimit
from landbridge.identity.verify import TokenVerifier
from landbridge.landscape.apply import apply
from landbridge.landscape.read import read_text
from landbridge.model.certificate import StoredCertificate
from landbridge.model.destination import destination
from landbridge.model.fragment import fragment
from landbridge.model.reach import Reach
from landbridge.model.secret import Secret
from landbridge.model.subscription import AccessScopes, SubscriberAccess, Subscription
from landbridge.store import (
    CertificateRepository,
    ClientRepository,
    Database,
    DestinationRepository,
    FragmentRepository,
    InstanceRepository,
    SubscriberAccessRepository,
    SubscriptionRepository,
    load_or_create_vault,
    sqlite_url,
)
from landbridge.testing.known_passwords import KNOWN_PASSWORDS

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


class Clock:
    """The store's clock: stands still until a test moves it. Tokens are verified at NOW, come what may."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Scene:
    """What a test stands in."""

    db: Database
    verifier: TokenVerifier
    clock: Clock
    sources: list[TokenSource] = field(default_factory=list)

    def service(self, **settings: Any) -> DestinationService:
        """A service on this scene's store; private token services are allowed unless said otherwise."""
        source = TokenSource(self.verifier, lambda: NOW, **{"reach": Reach.ALL, **settings})
        self.sources.append(source)
        return DestinationService(self.db, self.verifier, source, "acme.test", RequestLimit(self.clock))

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

    async def put_fragment(
        self, properties: Mapping[str, object], instance: str | None = None, subaccount: str = ACME
    ) -> None:
        """Store a fragment, named F unless said otherwise."""
        level = await self.instance_id(instance) if instance else None
        async with self.db.begin() as session:
            await FragmentRepository(session).put(subaccount, level, fragment({"FragmentName": "F", **properties}))

    async def put_certificate(
        self, name: str, content: bytes = b"c", instance: str | None = None, subaccount: str = ACME
    ) -> None:
        level = await self.instance_id(instance) if instance else None
        stored = StoredCertificate(name, "CERTIFICATE", Secret(b64encode(content).decode()))
        async with self.db.begin() as session:
            await CertificateRepository(session).put(subaccount, level, stored)

    async def subscribe(self, subscriber: str = OTHER, provider: str = ACME) -> None:
        """From now on tokens of the provider's instances may be for the subscriber."""
        async with self.db.begin() as session:
            await SubscriptionRepository(session).put(Subscription(subscriber, provider, "app"))

    async def limit_subscribers(
        self, read: tuple[str, ...] = (), write: tuple[str, ...] = (), certificates: tuple[str, ...] = ()
    ) -> None:
        """Demand scopes of people of subscribers of instance 'one'; `certificates`: to read those."""
        scopes = AccessScopes(read, write), AccessScopes(certificates)
        access = SubscriberAccess(await self.instance_id("one"), *scopes)
        async with self.db.begin() as session:
            await SubscriberAccessRepository(session).put(access)

    async def client_id(self, instance: str = "one", subaccount: str = ACME) -> str:
        level = await self.instance_id(instance, subaccount)
        async with self.db.read() as session:
            (client,) = await ClientRepository(session).for_instance(level)
        return client.id

    async def token(self, instance: str = "one", subaccount: str = ACME, **claims: object) -> str:
        """A service token of an instance; `claims` replace what it says by itself."""
        subdomain = "acme" if claims.get("zid", subaccount) == ACME else "other"
        said: dict[str, object] = {
            "zid": subaccount,
            "cid": await self.client_id(instance, subaccount),
            "grant_type": "client_credentials",
            "ext_attr": {"enhancer": "XSUAA", "zdn": subdomain},
            "exp": NOW + 3600,
        }
        return signed(said | claims)

    async def bearer(self, instance: str = "one", subaccount: str = ACME, **claims: object) -> str:
        """The Authorization header of an instance."""
        return f"Bearer {await self.token(instance, subaccount, **claims)}"


def signed(claims: Mapping[str, object], key: RSAKey | None = None, kid: str = "key-1") -> str:
    """A signed token, right or wrong."""
    header = {"alg": "RS256", "kid": kid, "typ": "JWT"}
    return jws.serialize_compact(header, json.dumps(claims), key or signing_key(), algorithms=["RS256"])


@cache
def _template() -> TemporaryDirectory[str]:
    """A folder for the whole test run; it goes away with the process."""
    return TemporaryDirectory(prefix="landbridge-scene-")


async def _furnish(folder: Path) -> None:
    """Put a store with the landscape into `folder`. Migrating and applying once is enough; then files are copied."""
    template = Path(_template().name)
    if not any(template.iterdir()):
        db = await Database.open(sqlite_url(template), load_or_create_vault(template))
        await apply(read_text(LANDSCAPE, Path("landscape.yaml")), db, OneKey())
        await db.close()
    for path in template.iterdir():
        shutil.copy(path, folder)


@asynccontextmanager
async def open_scene(folder: Path, url: str | None = None) -> AsyncIterator[Scene]:
    """A scene with its own database in `folder`, or in the empty database at `url`."""
    clock = Clock()
    if url is None:
        await _furnish(folder)
    vault = load_or_create_vault(folder)
    db = await Database.open(url or sqlite_url(folder), vault, clock=clock, passwords=KNOWN_PASSWORDS)
    if url is not None:
        await apply(read_text(LANDSCAPE, Path("landscape.yaml")), db, OneKey())
    scene = Scene(db, TokenVerifier(OneKey(), lambda: NOW), clock)
    try:
        yield scene
    finally:
        for source in scene.sources:
            await source.close()
        await db.close()
