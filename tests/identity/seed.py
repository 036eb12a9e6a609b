"""A small installation that the identity tests share: real store, keys and token service, a clock that tests move."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from landbridge.identity.foreign import ForeignTokens, KeySets
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.identity.parts import TokenParts
from landbridge.identity.request_limit import RequestLimit
from landbridge.identity.throttle import Throttle
from landbridge.identity.tokens import TokenService
from landbridge.identity.verify import TokenVerifier
from landbridge.model.reach import Reach
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, Service, ServiceInstance, Subaccount, User
from landbridge.net.fetch import Fetcher
from landbridge.store import (
    ClientRepository,
    Database,
    InstanceRepository,
    SubaccountRepository,
    UserRepository,
    load_or_create_vault,
    sqlite_url,
)
from landbridge.testing.known_passwords import KNOWN_PASSWORDS

ACME = Subaccount("3fa85f64-5717-4562-b3fc-2c963f66afa6", "acme", "Acme")
OTHER = Subaccount("11111111-2222-4333-8444-555555555555", "other", "Other")

INSTANCE = ServiceInstance("9a1de7b2-0000-4000-8000-000000000001", "dest", Service.DESTINATION, "lite", ACME.id)
DESTINATION_CLIENT = Client(
    id="sb-clone1!b1|destination-xsappname!b1",
    secret=Secret("de+st%20 sécret"),
    binding_id="9a1de7b2-0000-4000-8000-000000000002",
    binding_name="default",
    instance_id=INSTANCE.id,
    subaccount_id=ACME.id,
    service=Service.DESTINATION,
    xsappname="clone1!b1|destination-xsappname!b1",
)
APP_CLIENT = replace(DESTINATION_CLIENT, id="sb-orders!t1", secret=Secret("app-secret"), xsappname="orders!t1")

OTHER_INSTANCE = replace(INSTANCE, id="9a1de7b2-0000-4000-8000-000000000009", subaccount_id=OTHER.id)
OTHER_CLIENT = replace(
    DESTINATION_CLIENT, id="sb-other!b2", subaccount_id=OTHER.id, instance_id=OTHER_INSTANCE.id, xsappname="other!b2"
)

ALICE = User(
    "alice",
    Secret("wonder land+&"),
    email="alice@acme.test",
    given_name="Alice",
    family_name="Liddell",
    scopes=("orders!t1.Read", "orders!t1.Write"),
    groups=("Buyers",),
    attributes={"costcenter": ("1000", "2000")},
)
BOB = User("bob@acme.test", Secret("builder"))

NOON = 1_767_225_600.0


@dataclass
class ManualClock:
    """A clock that stands still until a test moves it."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class Installation:
    """What a composition root builds."""

    data: Path
    db: Database
    keyring: KeyRing
    clock: ManualClock
    issuer: Issuer = field(
        default_factory=lambda: Issuer("authentication.localhost", "https", 8444, ("localhost", "bridge.test"))
    )

    def db_bytes(self) -> bytes:
        """All that the database keeps on disk."""
        return b"".join(file.read_bytes() for file in self.data.glob("landbridge.db*"))

    @property
    def verifier(self) -> TokenVerifier:
        return TokenVerifier(self.keyring, self.clock)

    @cached_property
    def parts(self) -> TokenParts:
        foreign = ForeignTokens(KeySets(Fetcher(reach=Reach.ALL), self.clock), self.clock)
        throttle = Throttle(self.clock)
        limit = RequestLimit(self.clock)
        return TokenParts(self.db, self.keyring, self.verifier, self.issuer, self.clock, foreign, throttle, limit)

    @property
    def service(self) -> TokenService:
        return TokenService(self.parts)


@asynccontextmanager
async def installed(data: Path) -> AsyncIterator[Installation]:
    """An installation with two subaccounts, clients and users: a copy of one that is made once, as keys take time."""
    shutil.copytree(await _template(), data, dirs_exist_ok=True)
    clock = ManualClock()
    db = await Database.open(sqlite_url(data), load_or_create_vault(data), passwords=KNOWN_PASSWORDS)
    try:
        yield Installation(data, db, await KeyRing.load(db, clock), clock)
    finally:
        await db.close()


_made: list[tempfile.TemporaryDirectory[str]] = []


async def _template() -> Path:
    if not _made:
        folder = tempfile.TemporaryDirectory()
        await _fill(Path(folder.name))
        _made.append(folder)
    return Path(_made[0].name)


async def _fill(data: Path) -> None:
    db = await Database.open(sqlite_url(data), load_or_create_vault(data), passwords=KNOWN_PASSWORDS)
    async with db.begin() as session:
        for subaccount in (ACME, OTHER):
            await SubaccountRepository(session).put(subaccount)
        for instance in (INSTANCE, OTHER_INSTANCE):
            await InstanceRepository(session).put(instance)
        for client in (DESTINATION_CLIENT, APP_CLIENT, OTHER_CLIENT):
            await ClientRepository(session).put(client)
        for user in (ALICE, BOB):
            await UserRepository(session).put(ACME.id, user)
    await KeyRing.load(db, ManualClock())
    await db.close()
