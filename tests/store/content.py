"""One of everything in a database, and the proof that it is still there."""

from __future__ import annotations

from dataclasses import replace

from landbridge.model.certificate import CertificateGeneration, StoredCertificate, TimeUnit
from landbridge.model.fragment import fragment
from landbridge.model.grant import Grant, GrantKind
from landbridge.model.label import EntityKind, Label
from landbridge.model.role import Administrator, Role, RoleAssignment
from landbridge.model.secret import Secret
from landbridge.model.subaccount import ClientCertificate
from landbridge.model.subscription import AccessScopes, SubscriberAccess, Subscription
from landbridge.model.trust import TrustedIssuer, TrustKeyPair, TrustSlot
from landbridge.store import (
    AdministratorRepository,
    CertificateRepository,
    ClientRepository,
    ConnectorCertificate,
    ConnectorCertificateRepository,
    ConnectorRepository,
    Database,
    DestinationRepository,
    FragmentRepository,
    GrantRepository,
    InstanceRepository,
    Invitation,
    InvitationRepository,
    KeyKind,
    KeyRepository,
    LabelRepository,
    RoleRepository,
    Session,
    StoredKey,
    SubaccountRepository,
    SubscriberAccessRepository,
    SubscriptionRepository,
    TrustedIssuerRepository,
    TrustKeyRepository,
    UserRepository,
)
from tests.store.nouns import ACME, ALICE, CLIENT, INSTANCE, OTHER, orders

SHARED = (OTHER.id, INSTANCE.id)
X509 = replace(CLIENT, id="x509", binding_name="x509", certificate=ClientCertificate("pem", Secret("key-in-the-clear")))
ISSUED = ConnectorCertificate("ab12", "c" * 36, ACME.id, "", 1.0, 2.0)
KEY = StoredKey("key-1", KeyKind.SIGNING, "public", Secret("private-key-in-the-clear"), 1.0)
ONE_TIME = Secret("one-time-secret-in-the-clear")
REFRESH_TOKEN = Secret("refresh-token-in-the-clear")
GRANT = Grant(GrantKind.REFRESH_TOKEN, ACME.id, CLIENT.id, 9e9, ALICE.name, {"claim": "claim-in-the-clear"})
ADMINISTRATOR = Administrator("root", Secret("root-password-in-the-clear"))
LAID_OVER = fragment({"FragmentName": "tenant-a", "Password": "fragment-password-in-the-clear"})
UPLOADED = StoredCertificate("client.p12", "CERTIFICATE", Secret("content-in-the-clear"))
GENERATION = CertificateGeneration("orders", TimeUnit.YEARS, 1, True, 9.0, password=Secret("key-password-in-the-clear"))
MADE = StoredCertificate("made.pem", "PEM", Secret("made-in-the-clear"), GENERATION)
TRUST = TrustKeyPair(ACME.id, TrustSlot.ACTIVE, Secret("trust-key-in-the-clear"), "certificate", 1.0)
ISSUER = TrustedIssuer(ACME.id, "https://idp.test", discovery="https://idp.test/.well-known/openid-configuration")
SUBSCRIPTION = Subscription(OTHER.id, ACME.id, "orders!t1")
ACCESS = SubscriberAccess(INSTANCE.id, AccessScopes(("app.read",), ("app.write",)))
ROLE = RoleAssignment(ACME.id, ALICE.name, Role.DESTINATION_VIEWER, INSTANCE.id)
LABELS = [Label("env", ("qa", "dev"))]


async def fill(db: Database) -> None:
    """One of everything, in one transaction."""
    async with db.begin() as session:
        await _owners(session)
        await _content(session)
        await _people(session)


async def _owners(session: Session) -> None:
    for subaccount in (ACME, OTHER):
        await SubaccountRepository(session).put(subaccount)
    await InstanceRepository(session).put(INSTANCE)
    for client in (CLIENT, X509):
        await ClientRepository(session).put(client)
    await ConnectorRepository(session).expect(ACME.id, "", "plant")
    await InvitationRepository(session).put(ONE_TIME, Invitation(ACME.id, "", 5.0))
    await ConnectorCertificateRepository(session).put(ISSUED)
    await KeyRepository(session).put(KEY)


async def _content(session: Session) -> None:
    await DestinationRepository(session).put(ACME.id, None, orders())
    await DestinationRepository(session).put(ACME.id, INSTANCE.id, orders())
    await FragmentRepository(session).put(*SHARED, LAID_OVER)
    await CertificateRepository(session).put(ACME.id, None, UPLOADED)
    await CertificateRepository(session).put(*SHARED, MADE)
    await LabelRepository(session).set(EntityKind.DESTINATION, (ACME.id, None), "orders", LABELS)
    await TrustKeyRepository(session).put(TRUST)


async def _people(session: Session) -> None:
    await UserRepository(session).put(ACME.id, ALICE)
    await RoleRepository(session).put(ROLE)
    await AdministratorRepository(session).put(ADMINISTRATOR)
    await TrustedIssuerRepository(session).put(ISSUER)
    await SubscriptionRepository(session).put(SUBSCRIPTION)
    await SubscriberAccessRepository(session).put(ACCESS)
    await GrantRepository(session).put(REFRESH_TOKEN, GRANT)


async def check_content(db: Database) -> None:
    """All that `fill` put in can be read."""
    async with db.read() as session:
        assert [subaccount.id for subaccount in await SubaccountRepository(session).list()] == [ACME.id, OTHER.id]
        assert await InstanceRepository(session).get(INSTANCE.id) == INSTANCE
        assert await ClientRepository(session).for_instance(INSTANCE.id) == [CLIENT, X509]
        assert await ConnectorRepository(session).expected(ACME.id)
        assert await InvitationRepository(session).find(ONE_TIME) == Invitation(ACME.id, "", 5.0)
        assert await ConnectorCertificateRepository(session).get(ISSUED.serial) == ISSUED
        assert await KeyRepository(session).list(KeyKind.SIGNING) == [KEY]
        for level in ((ACME.id, None), (ACME.id, INSTANCE.id)):
            assert await DestinationRepository(session).get(*level, "orders") == orders()
        assert await FragmentRepository(session).list(*SHARED) == [LAID_OVER]
        assert await CertificateRepository(session).list(ACME.id, None) == [UPLOADED]
        assert await CertificateRepository(session).list(*SHARED) == [MADE]
        assert await LabelRepository(session).get(EntityKind.DESTINATION, (ACME.id, None), "orders") == LABELS
        assert await TrustKeyRepository(session).get(ACME.id, TrustSlot.ACTIVE) == TRUST
        assert await TrustedIssuerRepository(session).list(ACME.id) == [ISSUER]
        assert await RoleRepository(session).list(ACME.id) == [ROLE]
        assert await SubscriptionRepository(session).list(ACME.id) == [SUBSCRIPTION]
        assert await SubscriberAccessRepository(session).get(INSTANCE.id) == ACCESS
        assert await GrantRepository(session).find(GRANT.kind, REFRESH_TOKEN, now=1.0) == GRANT
        check = await AdministratorRepository(session).check("root")
    assert await check.matches(ADMINISTRATOR.password) is not None
