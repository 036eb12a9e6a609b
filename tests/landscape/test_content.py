"""Everything on levels and between subaccounts: applied, compared, exported, and read again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from landbridge.destinations.certificates.loading import content_of, encoded
from landbridge.faults import FaultError
from landbridge.landscape.apply import apply, difference
from landbridge.landscape.certificates import FileUse
from landbridge.landscape.changes import Changes
from landbridge.landscape.export import exported
from landbridge.landscape.problems import LandscapeInvalid
from landbridge.landscape.read import read_text
from landbridge.landscape.write import render
from landbridge.model.destination import destination
from landbridge.model.label import EntityKind, Label
from landbridge.model.role import Role, RoleAssignment
from landbridge.model.secret import Secret
from landbridge.model.subscription import AccessScopes, Subscription
from landbridge.store import (
    CertificateRepository,
    Database,
    DestinationRepository,
    FragmentRepository,
    InstanceRepository,
    LabelRepository,
    RoleRepository,
    SubscriberAccessRepository,
    SubscriptionRepository,
    TrustedIssuerRepository,
    UserRepository,
    load_or_create_vault,
)
from landbridge.testing.known_passwords import KNOWN_PASSWORDS
from tests.destinations.keystores.files import a_der, a_p12, a_pem
from tests.landscape.test_apply import Keys
from tests.tables import sqlite_with_tables

pytestmark = pytest.mark.anyio

ACME = "11111111-aaaa-4bbb-8ccc-222222222222"
SHOP = "22222222-aaaa-4bbb-8ccc-222222222222"


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


FULL = f"""\
landbridge: 1
subaccounts:
  - id: {ACME}
    subdomain: acme
    name: "Acme: Co"
    users: [{{name: alice, password: wonderland, scopes: [a.b], attributes: {{cc: ["1"]}}}}]
    roles:
      - {{person: alice, role: Destination Administrator}}
      - {{person: bob, role: Certificate Viewer, instance: dest}}
    trusted_issuers:
      - {{issuer: "https://idp.test", discovery: "https://idp.test/.well-known/openid-configuration", audience: me}}
      - {{issuer: "other", jwks: '{{"keys": []}}'}}
    subscriptions: [{{provider: shop, application: web}}]
    subscription_content:
      - provider: shop
        instance: kept
        destinations: [{{Name: PRIVATE, Type: LDAP}}]
        labels: [{{on: destination, name: PRIVATE, labels: {{env: [prod]}}}}]
      - provider: {SHOP}
        instance: kept
        shared: true
        destinations: [{{Name: SHARED, Type: LDAP, "ldap.password": "0012"}}]
        fragments: [{{FragmentName: both}}]
        certificates: [{{name: shared.cer, base64: {encoded(a_der()).reveal()}}}]
        labels: [{{on: fragment, name: both, labels: {{env: [qa]}}}}]
    instances:
      - name: dest
        service: destination
        destinations: [{{Name: OWN, Type: LDAP, "ldap.password": "0012"}}]
        labels: [{{on: destination, name: OWN, labels: {{env: [prod]}}}}]
        config: {{subscriber_access: {{destination: {{read_scopes: [x.read], write_scopes: []}}}}}}
    destinations:
      - {{Name: ERP, Type: HTTP, URL: "http://erp:80", Password: 'ge: "heim"', TrustAll: TRUE}}
      - {{Name: CRM, Type: LDAP}}
    fragments: [{{FragmentName: f1, URL: "http://f"}}]
    certificates:
      - {{name: client.p12, base64: {encoded(a_p12()).reveal()}}}
      - {{name: root.cer, type: ROOT, base64: {encoded(a_der()).reveal()}}}
      - name: both.pem
        pem: |
{indented(a_pem().decode(), 10)}
    labels:
      - {{on: destination, name: ERP, labels: {{env: [prod, qa], scenario: [orders]}}}}
      - {{on: certificate, name: client.p12, labels: {{env: [prod]}}}}
  - id: {SHOP}
    subdomain: shop
    instances: [{{name: web, service: xsuaa, redirect_uris: ["https://a/**"]}}, {{name: kept, service: destination}}]
connectors:
  - {{name: plant, subaccount: acme, location_id: one}}
"""
BARE = f"landbridge: 1\nsubaccounts: [{{id: {ACME}, subdomain: acme}}, {{id: {SHOP}, subdomain: shop}}]\n"
PATH = Path("landscape.yaml")


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(
        sqlite_with_tables(tmp_path), load_or_create_vault(tmp_path), passwords=KNOWN_PASSWORDS
    )
    yield database
    await database.close()


async def applied(text: str, db: Database, keys: Keys | None = None) -> Changes:
    return await apply(read_text(text, PATH), db, keys or Keys())


async def test_all_sections_are_stored(db: Database) -> None:
    keys = Keys()
    changes = await applied(FULL, db, keys)
    assert not changes.updated
    assert not changes.removed
    assert keys.bumps == 1
    async with db.read() as session:
        dest = await InstanceRepository(session).by_name(ACME, "dest")
        assert dest
        assert await FragmentRepository(session).names(ACME, None) == ["f1"]
        stored = await CertificateRepository(session).get(ACME, None, "both.pem")
        assert stored
        assert content_of(stored) == a_pem()
        labels = await LabelRepository(session).get(EntityKind.DESTINATION, (ACME, None), "ERP")
        assert labels == [Label("env", ("prod", "qa")), Label("scenario", ("orders",))]
        assert await LabelRepository(session).get(EntityKind.DESTINATION, (ACME, dest.id), "OWN")
        assert await SubscriptionRepository(session).of_subscriber(ACME) == [Subscription(ACME, SHOP, "web")]
        issuers = await TrustedIssuerRepository(session).list(ACME)
        assert [one.issuer for one in issuers] == ["https://idp.test", "other"]
        assert set(await RoleRepository(session).list(ACME)) == {
            RoleAssignment(ACME, "alice", Role.DESTINATION_ADMINISTRATOR),
            RoleAssignment(ACME, "bob", Role.CERTIFICATE_VIEWER, dest.id),
        }
        access = await SubscriberAccessRepository(session).get(dest.id)
        assert access
        assert access.destination == AccessScopes(("x.read",))


async def test_twice_is_once_and_comparing_changes_nothing(db: Database) -> None:
    wanted = read_text(FULL, PATH)
    foreseen = await difference(wanted, db)
    async with db.read() as session:
        assert not await DestinationRepository(session).names(ACME, None)
    done = await applied(FULL, db)
    assert foreseen == done
    assert not await applied(FULL, db)
    assert not await difference(wanted, db)


async def test_what_is_no_longer_there_is_removed(db: Database) -> None:
    await applied(FULL, db)
    await applied(FULL.replace("labels: {env: [prod, qa], scenario: [orders]}", "labels: {env: [qa]}"), db)
    async with db.read() as session:
        labels = await LabelRepository(session).get(EntityKind.DESTINATION, (ACME, None), "ERP")
    assert labels == [Label("env", ("qa",))]
    changes = await applied(BARE, db)
    kinds = {item.kind for item in changes.removed}
    assert {"fragment", "certificate", "subscription", "trusted issuer", "destination", "user"} <= kinds
    found = render(await exported(db), secrets=True)
    assert read_text(found, PATH) == read_text(BARE.replace("]\n", "]\n"), PATH)


async def test_an_export_describes_all_of_it(db: Database) -> None:
    await applied(FULL, db)
    text = render(await exported(db), secrets=True)
    again = read_text(text, PATH)
    assert not await difference(again, db)
    assert "keep_password: true" in text
    async with db.begin() as session:  # another installation
        from landbridge.store import SubaccountRepository

        for subaccount in await SubaccountRepository(session).list():
            await SubaccountRepository(session).delete(subaccount.id)
    await apply(again, db, Keys())
    assert render(await exported(db), secrets=True) == text


async def test_an_export_without_secrets_has_none(db: Database) -> None:
    await applied(FULL, db)
    text = render(await exported(db), secrets=False)
    for secret in ("heim", "0012", "PRIVATE KEY", "client.p12", "wonderland"):
        assert secret not in text
    assert "root.cer" in text
    assert "TrustAll: 'TRUE'" in text
    read_text(text, PATH)


async def zones_of(db: Database) -> dict[str, bool]:
    """What ACME keeps for the instance of SHOP, and whether it is shared."""
    async with db.read() as session:
        kept = await InstanceRepository(session).by_name(SHOP, "kept")
        assert kept
        found: dict[str, bool] = {}
        for repository in (DestinationRepository, FragmentRepository, CertificateRepository):
            found |= {one.noun.name: one.shared async for one in repository(session).stream(ACME, kept.id)}
    return found


async def test_what_a_subscriber_keeps_is_in_its_zones(db: Database) -> None:
    await applied(FULL, db)
    assert await zones_of(db) == {"PRIVATE": False, "SHARED": True, "both": True, "shared.cer": True}
    moved = FULL.replace("        shared: true\n", "").replace(
        "instance: kept", "instance: kept\n        shared: true", 1
    )
    changes = await applied(moved, db)
    assert {item.name for item in changes.updated} == {"kept/PRIVATE", "kept/SHARED", "kept/both", "kept/shared.cer"}
    assert await zones_of(db) == {"PRIVATE": True, "SHARED": False, "both": False, "shared.cer": False}


async def test_what_applications_wrote_for_a_subscriber_goes_with_the_rest(db: Database) -> None:
    """Applying a landscape, and so a reset, leaves nothing on the level of a subscription that it does not name."""
    await applied(FULL, db)
    async with db.begin() as session:
        kept = await InstanceRepository(session).by_name(SHOP, "kept")
        assert kept
        made = destination({"Name": "made", "Type": "LDAP"})
        await DestinationRepository(session).put(ACME, kept.id, made, shared=True)
    changes = await applied(FULL, db)
    assert [item.name for item in changes.removed] == ["kept/made"]
    without = FULL[: FULL.index("    subscription_content")] + FULL[FULL.index("    instances") :]
    assert len((await applied(without, db)).removed) == 4
    assert await zones_of(db) == {}


async def test_the_instance_of_a_subscription_must_exist(db: Database) -> None:
    for name in ("nobody", "web"):
        with pytest.raises(FaultError) as caught:
            await applied(FULL.replace("instance: kept", f"instance: {name}"), db)
        assert caught.value.fault.code == "landscape.instance-unknown"


async def test_a_user_keeps_his_password(db: Database) -> None:
    await applied(FULL, db)
    kept = FULL.replace("password: wonderland, scopes: [a.b]", "keep_password: true, scopes: [a.c]")
    assert [item.name for item in (await applied(kept, db)).updated] == ["alice"]
    assert not await applied(kept, db)
    async with db.read() as session:
        users = UserRepository(session)
        user = await users.verify(ACME, "alice", Secret("wonderland"))
        assert user
        assert user.scopes == ("a.c",)


async def test_a_new_user_without_password_cannot_log_on(db: Database) -> None:
    await applied(FULL.replace("password: wonderland", "keep_password: true"), db)
    async with db.read() as session:
        assert await UserRepository(session).get(ACME, "alice")
        for guess in ("", "wonderland"):
            assert await UserRepository(session).verify(ACME, "alice", Secret(guess)) is None


async def test_a_provider_must_exist(db: Database) -> None:
    text = FULL.replace("provider: shop", "provider: 33333333-aaaa-4bbb-8ccc-222222222222")
    for work in (applied(text, db), difference(read_text(text, PATH), db)):
        with pytest.raises(FaultError) as caught:
            await work
        assert caught.value.fault.code == "landscape.provider-unknown"
    async with db.read() as session:
        assert not await DestinationRepository(session).names(ACME, None)


def with_config(config: object, destinations: str = "[]") -> str:
    return f"""\
landbridge: 1
subaccounts:
  - id: {ACME}
    subdomain: acme
    destinations: {destinations}
    instances: [{{name: dest, service: destination, config: {json.dumps(config)}}}]
"""


def initial(policy: str | None, url: str = "http://init") -> dict[str, object]:
    item = {"Name": "D", "Type": "HTTP", "URL": url}
    level: dict[str, object] = {
        "destinations": [item],
        "certificates": [{"Name": "c.pem", "Type": "PEM", "Content": encoded(a_pem()).reveal()}],
    }
    if policy:
        level["existing_destinations_policy"] = policy
    return {"HTML5Runtime_enabled": True, "init_data": {"subaccount": level, "instance": dict(level)}}


async def url_of(db: Database, level: str | None = None) -> str:
    async with db.read() as session:
        found = await DestinationRepository(session).get(ACME, level, "D")
    return found.get("URL") if found else ""


async def test_initial_content_is_created_once_and_stays(db: Database) -> None:
    changes = await applied(with_config(initial(None)), db)
    assert sorted(item.kind for item in changes.created if "ert" in item.kind) == ["certificate", "certificate"]
    async with db.read() as session:
        dest = await InstanceRepository(session).by_name(ACME, "dest")
    assert dest
    assert (await url_of(db), await url_of(db, dest.id)) == ("http://init", "http://init")
    assert not await applied(with_config(initial(None, "http://later")), db)
    assert await url_of(db) == "http://init"


@pytest.mark.parametrize(("policy", "url"), [("update", "http://init"), ("ignore", "http://own")])
async def test_policies_for_names_that_are_taken(db: Database, policy: str, url: str) -> None:
    own = "[{Name: D, Type: HTTP, URL: 'http://own'}]"
    await applied(with_config(initial(policy), own), db)
    assert await url_of(db) == url


@pytest.mark.parametrize("policy", ["fail", None])
async def test_a_name_that_is_taken_fails_all(db: Database, policy: str | None) -> None:
    with pytest.raises(FaultError) as caught:
        await applied(with_config(initial(policy), "[{Name: D, Type: HTTP, URL: 'http://own'}]"), db)
    fault = caught.value.fault
    assert fault.code == "file.config-refused"
    assert fault.body.startswith("Failed to create all provided configurations. Will delete all on instance level, ")
    assert await url_of(db) == ""


async def test_subscriber_access_can_be_changed_and_removed(db: Database) -> None:
    def config(**access: object) -> str:
        return with_config({"subscriber_access": access})

    scopes = {"read_scopes": ["a"], "write_scopes": ["b"]}
    await applied(config(destination=scopes, certificate=scopes), db)
    await applied(config(destination={"read_scopes": [], "write_scopes": []}), db)
    async with db.read() as session:
        dest = await InstanceRepository(session).by_name(ACME, "dest")
        assert dest
        access = await SubscriberAccessRepository(session).get(dest.id)
    assert access
    assert (access.destination, access.certificate) == (AccessScopes(), AccessScopes(("a",), ("b",)))
    changes = await applied(config(certificate={}), db)
    assert [item.kind for item in changes.removed] == ["subscriber access"]


def problem_of(text: str) -> tuple[str, str]:
    with pytest.raises(LandscapeInvalid) as caught:
        read_text(text, PATH, certificate_files=FileUse.REFUSE)
    (fault,) = caught.value.faults
    return fault.params["field"].removeprefix("subaccounts[0]."), fault.sentence


def section(text: str) -> str:
    return f"landbridge: 1\nsubaccounts:\n- id: {ACME}\n  subdomain: acme\n{indented(text, 2)}\n"


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("fragments: [{FragmentName: a, Name: b}]", "fragments[0].Name", "left away"),
        ("fragments: [{URL: b}]", "fragments[0].FragmentName", "not empty"),
        ("fragments: [{FragmentName: a}, {FragmentName: a}]", "fragments[1].FragmentName", "of its own"),
        ("certificates: [{name: a.pem}]", "certificates[0].name", "exactly one"),
        ("certificates: [{name: a.pem, pem: x, base64: eA==}]", "certificates[0].name", "exactly one"),
        ("certificates: [{name: a.pem, pem: hello}]", "certificates[0].pem", "neither a certificate"),
        ("certificates: [{name: a.txt, pem: hello}]", "certificates[0].pem", "extension"),
        ("certificates: [{name: a.p12, base64: 'ä'}]", "certificates[0].base64", "base64"),
        ("certificates: [{name: a.pem, file: /etc/passwd}]", "certificates[0].file", "landbridge apply"),
        ("labels: [{on: destination, name: x, labels: {a: [b]}}]", "labels[0].name", "in the list beside"),
        ("labels: [{on: thing, name: y}]", "labels[0].on", "one of destination"),
        ("users: [{name: a, password: b, keep_password: true}]", "users[0].keep_password", "one of the two"),
        ("roles: [{person: a, role: King}]", "roles[0].role", "Destination Viewer"),
        ("roles: [{person: a, role: Destination Viewer, instance: x}]", "roles[0].instance", "an instance: none"),
        ("subscriptions: [{provider: acme, application: a}]", "subscriptions[0].provider", "another subaccount"),
        ("subscriptions: [{provider: nobody, application: a}]", "subscriptions[0].provider", "subdomain or id"),
        ("subscription_content: [{instance: x}]", "subscription_content[0].provider", "required"),
        ("subscription_content: [{provider: acme, instance: x}]", "subscription_content[0].provider", "another"),
        (
            f"subscription_content: [{{provider: {SHOP}, instance: x}}, {{provider: {SHOP}, instance: x}}]",
            "subscription_content[1].instance",
            "of its own",
        ),
        (
            f"subscription_content: [{{provider: {SHOP}, instance: x, fragments: [{{FragmentName: f}}]}}, "
            f"{{provider: {SHOP}, instance: x, shared: true, fragments: [{{FragmentName: f}}]}}]",
            "subscription_content[1].fragments",
            "of its own",
        ),
        ("trusted_issuers: [{issuer: a}]", "trusted_issuers[0].issuer", "exactly one"),
        ("trusted_issuers: [{issuer: a, jwks: '[]'}]", "trusted_issuers[0].jwks", "key set"),
        ("trusted_issuers: [{issuer: a, jwks_uri: x}]", "trusted_issuers[0].jwks_uri", "URL"),
        ("instances: [{name: a, service: connectivity, redirect_uris: [x]}]", "instances[0].redirect_uris", "xsuaa"),
        ("instances: [{name: a, service: xsuaa, config: {}}]", "instances[0].config", "only 'destination'"),
        ("instances: [{name: a, service: destination, config: {x: 1}}]", "instances[0].config", "init_data"),
        (
            "instances: [{name: a, service: destination, config: {init_data: {instance: {destinations: [{}]}}}}]",
            "instances[0].config",
            "init_data.instance.destinations[0].Name",
        ),
    ],
)
def test_problems_name_the_field(text: str, field: str, words: str) -> None:
    given = text + "\ndestinations: [{Name: y, Type: LDAP}]"
    found, sentence = problem_of(section(given))
    assert found == field
    assert words in sentence


def test_too_many_labels() -> None:
    many = ", ".join(f"k{number}: [v]" for number in range(11))
    text = f"destinations: [{{Name: y, Type: LDAP}}]\nlabels: [{{on: destination, name: y, labels: {{{many}}}}}]"
    assert "at most 10" in problem_of(section(text))[1]


def test_files_are_read_beside_the_landscape(tmp_path: Path) -> None:
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "c.pem").write_bytes(a_pem())
    text = section("certificates: [{name: c.pem, file: certs/c.pem}]")
    landscape = read_text(text, tmp_path / "x.yaml")
    (stored,) = landscape.subaccounts[0].level.certificates
    assert content_of(stored) == a_pem()
    with pytest.raises(LandscapeInvalid):
        read_text(text, Path("elsewhere/x.yaml"))
    skipped = read_text(text, Path("elsewhere/x.yaml"), certificate_files=FileUse.SKIP)
    assert not skipped.subaccounts[0].level.certificates
