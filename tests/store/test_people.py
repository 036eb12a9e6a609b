"""Trust, subscriptions, roles, administrators and grants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from landbridge.model.grant import Grant, GrantKind
from landbridge.model.role import Administrator, Role, RoleAssignment
from landbridge.model.secret import Secret
from landbridge.model.subaccount import ClientCertificate, RetiringCredentials
from landbridge.model.subscription import AccessScopes, SubscriberAccess, Subscription
from landbridge.model.trust import TrustedIssuer, TrustKeyPair, TrustSlot
from landbridge.store import (
    AdministratorRepository,
    ClientRepository,
    Database,
    GrantRepository,
    InstanceRepository,
    RoleRepository,
    Session,
    SubaccountRepository,
    SubscriberAccessRepository,
    SubscriptionRepository,
    TrustedIssuerRepository,
    TrustKeyRepository,
    UserRepository,
)
from tests.store.nouns import ACME, ALICE, CLIENT, INSTANCE, OTHER

pytestmark = pytest.mark.anyio

REFRESH, CODE = GrantKind.REFRESH_TOKEN, GrantKind.AUTHORIZATION_CODE
GRANT = Grant(REFRESH, ACME.id, CLIENT.id, 100.0, ALICE.name, {"scopes": ["a", "b"], "claims": {"email": "é"}})


@pytest.fixture
async def session(db: Database) -> AsyncIterator[Session]:
    async with db.begin() as session:
        await prepare(session)
        yield session


async def prepare(session: Session) -> None:
    await SubaccountRepository(session).put(ACME)
    await SubaccountRepository(session).put(OTHER)
    await InstanceRepository(session).put(INSTANCE)
    await ClientRepository(session).put(CLIENT)


async def test_trust_keys_rotate(session: Session) -> None:
    repository = TrustKeyRepository(session)
    first = TrustKeyPair(ACME.id, TrustSlot.ACTIVE, Secret("private-1"), "certificate-1", 1.0)
    second = TrustKeyPair(ACME.id, TrustSlot.PASSIVE, Secret("private-2"), "certificate-2", 2.0)
    await repository.put(first)
    assert not await repository.rotate(ACME.id)
    await repository.put(second)
    assert await repository.rotate(ACME.id)
    assert await repository.get(ACME.id, TrustSlot.ACTIVE) == replace(second, slot=TrustSlot.ACTIVE)
    assert await repository.get(ACME.id, TrustSlot.PASSIVE) == replace(first, slot=TrustSlot.PASSIVE)
    assert await repository.get(OTHER.id, TrustSlot.ACTIVE) is None
    assert await repository.delete(ACME.id, TrustSlot.PASSIVE)
    assert not await repository.delete(ACME.id, TrustSlot.PASSIVE)


async def test_trusted_issuers(session: Session) -> None:
    repository = TrustedIssuerRepository(session)
    issuer = TrustedIssuer(ACME.id, "https://idp.test", jwks_uri="https://idp.test/keys", audience="landbridge")
    assert await repository.put(issuer)
    assert not await repository.put(issuer)
    assert await repository.get(ACME.id, issuer.issuer) == issuer
    assert await repository.get(OTHER.id, issuer.issuer) is None
    changed = replace(issuer, jwks_uri="", jwks='{"keys":[]}')
    assert await repository.put(changed)
    assert await repository.list(ACME.id) == [changed]
    assert await repository.delete(ACME.id, issuer.issuer)
    assert not await repository.delete(ACME.id, issuer.issuer)


async def test_subscriptions(session: Session) -> None:
    repository = SubscriptionRepository(session)
    subscription = Subscription(OTHER.id, ACME.id, "orders!t1")
    assert not await repository.is_subscribed(OTHER.id, ACME.id)
    assert await repository.put(subscription)
    assert not await repository.put(subscription)
    assert await repository.is_subscribed(OTHER.id, ACME.id)
    assert await repository.is_subscribed(OTHER.id, ACME.id, "orders!t1")
    assert not await repository.is_subscribed(OTHER.id, ACME.id, "other!t1")
    assert not await repository.is_subscribed(ACME.id, OTHER.id)
    assert await repository.list(ACME.id) == [subscription] == await repository.of_subscriber(OTHER.id)
    assert await repository.list(OTHER.id) == []
    assert await repository.delete(subscription)
    assert not await repository.delete(subscription)


async def test_subscriber_access(session: Session) -> None:
    repository = SubscriberAccessRepository(session)
    access = SubscriberAccess(INSTANCE.id, destination=AccessScopes(("app!t1.read",), ("app!t1.write",)))
    assert await repository.get(INSTANCE.id) is None
    assert await repository.put(access)
    assert not await repository.put(access)
    assert await repository.get(INSTANCE.id) == access
    assert await repository.delete(INSTANCE.id)
    assert not await repository.delete(INSTANCE.id)


async def test_roles(session: Session) -> None:
    repository = RoleRepository(session)
    everywhere = RoleAssignment(ACME.id, "alice", Role.DESTINATION_VIEWER)
    there = replace(everywhere, instance_id=INSTANCE.id)
    bob = RoleAssignment(ACME.id, "bob", Role.CERTIFICATE_ADMINISTRATOR)
    assert [await repository.put(one) for one in (there, bob, everywhere, there)] == [True, True, True, False]
    assert await repository.of(ACME.id, "alice") == [everywhere, there]
    assert await repository.of(OTHER.id, "alice") == []
    assert await repository.list(ACME.id) == [everywhere, there, bob]
    assert await repository.delete(everywhere)
    assert not await repository.delete(everywhere)
    await InstanceRepository(session).delete(INSTANCE.id)
    assert await repository.list(ACME.id) == [bob]


async def test_the_next_user_of_a_name_inherits_no_roles(session: Session) -> None:
    await UserRepository(session).put(ACME.id, ALICE)
    await RoleRepository(session).put(RoleAssignment(ACME.id, ALICE.name, Role.DESTINATION_ADMINISTRATOR))
    await UserRepository(session).delete(ACME.id, ALICE.name)
    assert await RoleRepository(session).list(ACME.id) == []


async def test_administrators(db: Database) -> None:
    root = Administrator("root", Secret("root-password"))
    async with db.begin() as session:
        repository = AdministratorRepository(session)
        assert await repository.put(root)
        assert not await repository.put(root)
    await db.clear()
    async with db.read() as session:
        repository = AdministratorRepository(session)
        assert await repository.list() == [Administrator("root", Secret(""))]
        known, unknown = await repository.check("root"), await repository.check("nobody")
    assert await known.matches(Secret("root-password")) == Administrator("root", Secret(""))
    assert await known.matches(Secret("wrong")) is None
    assert await unknown.matches(Secret("root-password")) is None
    async with db.begin() as session:
        assert await AdministratorRepository(session).delete("root")
        assert not await AdministratorRepository(session).delete("root")


async def test_grants(session: Session) -> None:
    repository = GrantRepository(session)
    await repository.put(Secret("s"), GRANT)
    assert await repository.find(REFRESH, Secret("s"), now=99.0) == GRANT
    assert await repository.find(REFRESH, Secret("s"), now=100.0) is None
    assert await repository.find(CODE, Secret("s"), now=1.0) is None
    assert await repository.take(CODE, Secret("s"), now=1.0) is None
    assert await repository.take(REFRESH, Secret("s"), now=100.0) is None
    assert await repository.take(REFRESH, Secret("s"), now=1.0) == GRANT
    assert await repository.take(REFRESH, Secret("s"), now=1.0) is None


async def test_grants_end_with_time_by_revocation_and_with_their_client(session: Session) -> None:
    repository = GrantRepository(session)
    for secret, changes in {"old": {"expires": 5.0}, "bob": {"user": "bob"}, "a": {}, "b": {}}.items():
        await repository.put(Secret(secret), replace(GRANT, **changes))  # type: ignore[arg-type]
    assert await repository.sweep(now=5.0) == 1
    assert await repository.revoke(OTHER.id) == 0
    assert await repository.revoke(ACME.id, client_id="another") == 0
    assert await repository.revoke(ACME.id, client_id=CLIENT.id, user="bob") == 1
    await ClientRepository(session).delete(CLIENT.id)
    assert await repository.find(REFRESH, Secret("a"), now=1.0) is None
    assert await repository.revoke(ACME.id) == 0


async def test_of_many_who_take_a_code_at_once_one_gets_it(db: Database) -> None:
    async with db.begin() as session:
        await prepare(session)
        await GrantRepository(session).put(Secret("s"), replace(GRANT, kind=CODE))

    async def take() -> Grant | None:
        async with db.begin() as session:
            return await GrantRepository(session).take(CODE, Secret("s"), now=1.0)

    taken = await asyncio.gather(*(take() for _ in range(10)))
    assert [grant for grant in taken if grant] == [replace(GRANT, kind=CODE)]


async def test_a_client_keeps_its_certificate_and_what_it_had_before(session: Session) -> None:
    client = replace(
        CLIENT,
        certificate=ClientCertificate("pem", Secret("key")),
        retiring=RetiringCredentials(9.0, Secret("old"), "old-pem"),
    )
    assert await ClientRepository(session).put(client)
    assert not await ClientRepository(session).put(client)
    assert await ClientRepository(session).get(CLIENT.id) == client
    assert await ClientRepository(session).put(CLIENT)
    assert await ClientRepository(session).get(CLIENT.id) == CLIENT
