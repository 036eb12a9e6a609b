"""Tokens and assertions of others: trusted issuers, SAML, token exchange, client assertions."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import RSAKey
from lxml import etree
from signxml import XMLSigner  # type: ignore[attr-defined]

from landbridge.model.role import Role, RoleAssignment
from landbridge.model.secret import Secret
from landbridge.model.subaccount import User
from landbridge.model.trust import TrustedIssuer, TrustKeyPair, TrustSlot
from landbridge.store import RoleRepository, TrustedIssuerRepository, TrustKeyRepository, UserRepository
from tests.api.token_http import (
    APP,
    AS_ALICE,
    CLIENT,
    JWT_BEARER,
    SAML2_BEARER,
    TOKEN_EXCHANGE,
    assert_refused,
    claims,
    token,
    token_http,
)
from tests.identity.issuers import Provider, provider
from tests.identity.seed import ACME, ALICE, NOON, OTHER, Installation, installed

pytestmark = pytest.mark.anyio

ENTITY = "acme.authentication.localhost"
ALIAS = f"https://{ENTITY}:8444/oauth/token/alias/{ENTITY}"
UNSIGNED = b'{"alg":"none"}'
JWT = "urn:ietf:params:oauth:token-type:jwt"
SAML2 = "urn:ietf:params:oauth:token-type:saml2"


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as installation:
        yield installation


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with token_http(installation) as http:
        yield http


@pytest.fixture
def idp() -> Iterator[Provider]:
    with provider() as running:
        yield running


async def trust(installation: Installation, issuer: str, **how: str) -> None:
    async with installation.db.begin() as session:
        await TrustedIssuerRepository(session).put(TrustedIssuer(ACME.id, issuer, **how))


def bearer(assertion: str) -> dict[str, str]:
    return {"grant_type": JWT_BEARER, "assertion": assertion, **CLIENT}


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _signed_with_text(header: str, claims: str, secret: bytes) -> str:
    """A token whose signature is a MAC over a text that everybody knows."""
    signed = f"{_part(header.encode())}.{_part(claims.encode())}"
    return f"{signed}.{_part(hmac.digest(secret, signed.encode(), 'sha256'))}"


# --- issuers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["discovery", "jwks_uri", "jwks"])
async def test_people_of_a_trusted_issuer(
    http: httpx.AsyncClient, installation: Installation, idp: Provider, source: str
) -> None:
    how = {
        "discovery": f"{idp.url}/.well-known/openid-configuration",
        "jwks_uri": f"{idp.url}/keys",
        "jwks": json.dumps(idp.key_set()),
    }[source]
    await trust(installation, idp.url, **{source: how})
    given = idp.token(
        sub="u-1", preferred_username="alice", email="a@their.test", exp=NOON + 600, groups=["Theirs"],
        scope=["orders!t1.Write", "uaa.admin"], **{"xs.system.attributes": {"xs.rolecollections": ["Boss"]}},
    )  # fmt: skip
    found = claims(installation, await token(http, **bearer(given)))
    assert (found["user_name"], found["origin"], found["email"]) == ("alice", idp.url, "a@their.test")
    assert found["xs.system.attributes"] == {"xs.saml.groups": ["Theirs"], "xs.rolecollections": []}
    assert found["scope"] == ["openid"], "neither the issuer's scopes nor those of our own alice"
    ours = claims(installation, await token(http, **AS_ALICE, **APP))
    assert found["user_id"] != ours["user_id"]


async def test_a_shadow_user_has_what_the_subaccount_gives(
    http: httpx.AsyncClient, installation: Installation, idp: Provider
) -> None:
    await trust(installation, idp.url, jwks_uri=f"{idp.url}/keys")
    shadow = f"{idp.url}/alice"
    async with installation.db.begin() as session:
        await UserRepository(session).put(ACME.id, User(shadow, Secret("unused"), scopes=("orders!t1.Read",)))
        await RoleRepository(session).put(RoleAssignment(ACME.id, shadow, Role.DESTINATION_VIEWER))
    found = claims(installation, await token(http, **bearer(idp.token(sub="u", user_name="alice", exp=NOON + 9))))
    assert found["scope"] == ["openid", "orders!t1.Read"]
    assert found["xs.system.attributes"]["xs.rolecollections"] == ["Destination Viewer"]


async def test_tokens_of_a_trusted_issuer_that_are_not_good(
    http: httpx.AsyncClient, installation: Installation, idp: Provider
) -> None:
    await trust(installation, idp.url, jwks_uri=f"{idp.url}/keys", audience="for-us")
    good = {"sub": "u", "exp": NOON + 600, "aud": ["for-us"]}
    await token(http, **bearer(idp.token(**good)))
    other = RSAKey.generate_key(2048, {"kid": "theirs-1"})
    text = json.dumps({"iss": idp.url, **good})
    bad = {
        "audience": idp.token(**{**good, "aud": "for-others"}),
        "no audience": idp.token(sub="u", exp=NOON + 600),
        "endless": idp.token(sub="u", aud="for-us"),
        "early": idp.token(**good, nbf=NOON + 600),
        "forged": jws.serialize_compact({"alg": "RS256", "kid": "theirs-1"}, text, other),
        "public key as secret": _signed_with_text('{"alg":"HS256","kid":"theirs-1"}', text, idp.key.as_pem(False)),
        "unsigned": f"{_part(UNSIGNED)}.{_part(text.encode())}.",
    }
    for reason, given in bad.items():
        answer = await http.post("/oauth/token", data=bearer(given))
        assert answer.headers["x-internal-error-code"] == "identity.assertion-invalid", reason
    answer = await http.post("/oauth/token", data=bearer(idp.token(**{**good, "exp": NOON - 61})))
    assert_refused(answer, 401, "invalid_grant", "identity.assertion-expired")


async def test_another_subaccount_does_not_trust_it(
    http: httpx.AsyncClient, installation: Installation, idp: Provider
) -> None:
    async with installation.db.begin() as session:
        await TrustedIssuerRepository(session).put(TrustedIssuer(OTHER.id, idp.url, jwks_uri=f"{idp.url}/keys"))
    answer = await http.post("/oauth/token", data=bearer(idp.token(sub="u", exp=NOON + 600)))
    assert_refused(answer, 401, "invalid_grant", "identity.assertion-invalid")
    assert idp.asked == [], "nobody is asked whom nobody trusts"


async def test_their_keys_are_kept_and_fetched_again_when_they_change(
    http: httpx.AsyncClient, installation: Installation, idp: Provider
) -> None:
    await trust(installation, idp.url, jwks_uri=f"{idp.url}/keys")
    for _ in range(3):
        await token(http, **bearer(idp.token(sub="u", exp=NOON + 6000)))
    assert len(idp.asked) == 1
    idp.rotate()
    answer = await http.post("/oauth/token", data=bearer(idp.token(sub="u", exp=NOON + 6000)))
    assert answer.status_code == 401, "an unknown key does not make us ask at once: anybody can make one up"
    installation.clock.now += 31
    await token(http, **bearer(idp.token(sub="u", exp=NOON + 6000)))
    assert len(idp.asked) == 2


@pytest.mark.parametrize(
    "document",
    [None, b"no json", b"[]", b'{"keys": 1}', b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', b"x" * 300_000],
)
async def test_an_issuer_whose_keys_cannot_be_had(
    http: httpx.AsyncClient, installation: Installation, idp: Provider, document: Any
) -> None:
    await trust(installation, idp.url, jwks_uri=f"{idp.url}/keys")
    idp.documents["/keys"] = document
    answer = await http.post("/oauth/token", data=bearer(idp.token(sub="u", exp=NOON + 600)))
    assert answer.headers["x-internal-error-code"] in ("identity.issuer-keys", "identity.assertion-invalid")
    assert answer.status_code in (401, 502)


async def test_an_openid_configuration_of_another_issuer_counts_for_nothing(
    http: httpx.AsyncClient, installation: Installation, idp: Provider
) -> None:
    await trust(installation, idp.url, discovery=f"{idp.url}/.well-known/openid-configuration")
    idp.documents["/.well-known/openid-configuration"]["issuer"] = "https://somebody.test"
    answer = await http.post("/oauth/token", data=bearer(idp.token(sub="u", exp=NOON + 600)))
    assert_refused(answer, 502, "invalid_grant", "identity.issuer-keys")


# --- SAML -------------------------------------------------------------------------------------------------------------


class Signer:
    """A SAML identity provider: a key, its certificate, and assertions."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
        begin = datetime.fromtimestamp(NOON, UTC) - timedelta(days=1)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=30))
            .sign(self.key, hashes.SHA256())
        )
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def pair(self, slot: TrustSlot = TrustSlot.ACTIVE) -> TrustKeyPair:
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return TrustKeyPair(ACME.id, slot, Secret(key.decode()), self.pem, NOON)

    def sign(self, xml: str) -> bytes:
        root = etree.fromstring(xml)
        signed = XMLSigner(
            signature_algorithm="rsa-sha256", c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"
        ).sign(root, key=self.key, cert=self.pem, reference_uri=root.get("ID"), id_attribute="ID")
        return bytes(etree.tostring(signed))


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(NOON + seconds, UTC).isoformat().replace("+00:00", "Z")


def assertion(**changes: str) -> str:
    """The XML of an assertion about alice."""
    fields = {
        "issuer": "cfapps.test/source", "name": "alice", "format": "unspecified", "audience": ENTITY,
        "recipient": ALIAS, "begin": moment(-300), "end": moment(600), "groups": "Buyers", "id": "_1",
    } | changes  # fmt: skip
    return (
        '<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0"'
        ' IssueInstant="{begin}"><saml2:Issuer>{issuer}</saml2:Issuer><saml2:Subject>'
        '<saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:{format}">{name}</saml2:NameID>'
        '<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        '<saml2:SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{recipient}"/></saml2:SubjectConfirmation>'
        '</saml2:Subject><saml2:Conditions NotBefore="{begin}" NotOnOrAfter="{end}"><saml2:AudienceRestriction>'
        "<saml2:Audience>{audience}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>"
        '<saml2:AttributeStatement><saml2:Attribute Name="Groups"><saml2:AttributeValue>{groups}</saml2:AttributeValue>'
        "</saml2:Attribute></saml2:AttributeStatement></saml2:Assertion>"
    ).format(**fields)


def encoded(xml: bytes) -> str:
    return base64.urlsafe_b64encode(xml).rstrip(b"=").decode()


def saml_form(xml: bytes) -> dict[str, str]:
    return {"grant_type": SAML2_BEARER, "assertion": encoded(xml), **CLIENT}


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
async def own(installation: Installation, signer: Signer) -> Signer:
    """The subaccount's own Destination service signs with this key."""
    async with installation.db.begin() as session:
        await TrustKeyRepository(session).put(signer.pair())
    return signer


@pytest.mark.parametrize("name", ["alice", "alice@acme.test"])
@pytest.mark.parametrize("path", ["/oauth/token", f"/oauth/token/alias/{ENTITY}"])
async def test_an_assertion_of_the_own_destination_service(
    http: httpx.AsyncClient, installation: Installation, own: Signer, path: str, name: str
) -> None:
    xml = own.sign(assertion(name=name, format="emailAddress" if "@" in name else "unspecified"))
    answer = await http.post(path, data=saml_form(xml))
    assert answer.status_code == 200, answer.text
    found = claims(installation, answer.json())
    assert (found["user_name"], found["origin"]) == ("alice", "sap.default")
    assert found["scope"] == ["openid", *ALICE.scopes]


async def test_plain_base64_is_good_too_and_the_passive_key(
    http: httpx.AsyncClient, installation: Installation, signer: Signer
) -> None:
    async with installation.db.begin() as session:
        await TrustKeyRepository(session).put(signer.pair(TrustSlot.PASSIVE))
    text = base64.b64encode(signer.sign(assertion())).decode()
    await token(http, grant_type=SAML2_BEARER, assertion=text, **CLIENT)


async def test_an_assertion_of_a_trusted_issuer_is_about_a_shadow_user(
    http: httpx.AsyncClient, installation: Installation, signer: Signer
) -> None:
    body = "".join(signer.pem.splitlines()[1:-1])
    await trust(installation, "cfapps.test/source", jwks=json.dumps({"keys": [{"x5c": [body]}]}))
    answer = await token(http, **saml_form(signer.sign(assertion())))
    found = claims(installation, answer)
    assert (found["user_name"], found["origin"]) == ("alice", "cfapps.test/source")
    assert found["xs.system.attributes"]["xs.saml.groups"] == ["Buyers"]
    assert found["scope"] == ["openid"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"audience": "somebody.else"}, "identity.assertion-invalid"),
        ({"recipient": "https://x.test/other/path"}, "identity.assertion-invalid"),
        ({"begin": moment(61)}, "identity.assertion-invalid"),
        ({"end": moment(-61)}, "identity.assertion-expired"),
        ({"end": "soon"}, "identity.assertion-invalid"),
        ({"name": "nobody"}, "identity.user-unknown"),
        ({"name": ""}, "identity.assertion-invalid"),
    ],
)
async def test_assertions_that_are_not_good(
    http: httpx.AsyncClient, own: Signer, changes: dict[str, str], code: str
) -> None:
    answer = await http.post("/oauth/token", data=saml_form(own.sign(assertion(**changes))))
    assert_refused(answer, 401, "invalid_grant", code)


async def test_forged_wrapped_and_broken_assertions(http: httpx.AsyncClient, own: Signer) -> None:
    good, stranger = own.sign(assertion()), Signer()
    inside = assertion(name="bob@acme.test", id="_2")
    wrapped = inside.replace("</saml2:Issuer>", f"</saml2:Issuer>{good.decode()}").encode()
    signature = good.decode().partition("</saml2:AttributeStatement>")[2].removesuffix("</saml2:Assertion>")
    moved = inside.replace("</saml2:Issuer>", f"</saml2:Issuer>{signature}").encode()
    entity = b'<!DOCTYPE a [<!ENTITY x "alice">]>' + good
    for xml in (
        stranger.sign(assertion()),
        good.replace(b">alice<", b">bob@acme.test<"),
        assertion().encode(),
        wrapped,
        moved,
        entity,
        b"no xml",
        b"<a/>",
        b"\xff\xfe",
    ):
        answer = await http.post("/oauth/token", data=saml_form(xml))
        assert_refused(answer, 401, "invalid_grant", "identity.assertion-invalid")
    for text in ("%%%", "x" * 70_000):
        answer = await http.post("/oauth/token", data=saml_form(b"") | {"assertion": text})
        assert_refused(answer, 401, "invalid_grant", "identity.assertion-invalid")


async def test_the_certificate_of_a_signer_expires(
    http: httpx.AsyncClient, installation: Installation, own: Signer
) -> None:
    installation.clock.now += 40 * 86_400
    later = {"begin": moment(40 * 86_400 - 300), "end": moment(40 * 86_400 + 300)}
    answer = await http.post("/oauth/token", data=saml_form(own.sign(assertion(**later))))
    assert_refused(answer, 401, "invalid_grant", "identity.assertion-invalid")


async def test_the_metadata_names_what_assertions_need(http: httpx.AsyncClient) -> None:
    answer = await http.get("/saml/metadata", headers={"Host": "acme.authentication.localhost"})
    root = etree.fromstring(answer.content)
    assert root.get("entityID") == ENTITY
    consumer = root.find(".//{*}AssertionConsumerService")
    assert consumer is not None
    assert consumer.get("Location") == ALIAS
    nobody = await http.get("/saml/metadata", headers={"Host": "nobody.authentication.localhost"})
    assert_refused(nobody, 404, "not_found", "identity.tenant-unknown")


async def test_an_alias_of_nobody(http: httpx.AsyncClient) -> None:
    answer = await http.post("/oauth/token/alias/made.up", data={"grant_type": "client_credentials", **CLIENT})
    assert_refused(answer, 404, "not_found", "identity.alias-unknown")


# --- token exchange ---------------------------------------------------------------------------------------------------


def exchange(subject: str, kind: str = JWT, **more: str) -> dict[str, str]:
    return {"grant_type": TOKEN_EXCHANGE, "subject_token": subject, "subject_token_type": kind, **CLIENT, **more}


async def test_token_exchange(http: httpx.AsyncClient, installation: Installation, own: Signer) -> None:
    subject = (await token(http, **AS_ALICE, **APP))["access_token"]
    answer = await token(http, **exchange(subject))
    assert answer["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert claims(installation, answer)["user_name"] == "alice"
    by_saml = await token(http, **exchange(encoded(own.sign(assertion())), SAML2, requested_token_type=JWT))
    assert (by_saml["issued_token_type"], claims(installation, by_saml)["user_name"]) == (JWT, "alice")
    refresh = "urn:ietf:params:oauth:token-type:refresh_token"
    assert (await token(http, **exchange(subject, requested_token_type=refresh)))["refresh_token"]


async def test_an_actor_is_written_down(http: httpx.AsyncClient, installation: Installation) -> None:
    subject = (await token(http, **AS_ALICE, **APP))["access_token"]
    actor = (await token(http, grant_type="client_credentials", **APP))["access_token"]
    answer = await token(http, **exchange(subject, actor_token=actor, actor_token_type=JWT))
    assert claims(installation, answer)["act"] == {"sub": APP["client_id"], "client_id": APP["client_id"]}


@pytest.mark.parametrize(
    ("changes", "status", "error", "code"),
    [
        ({"subject_token": ""}, 400, "invalid_request", "identity.parameter-missing"),
        ({"subject_token_type": ""}, 400, "invalid_request", "identity.parameter-missing"),
        ({"subject_token_type": "password"}, 400, "invalid_request", "identity.token-type-unsupported"),
        ({"requested_token_type": SAML2}, 400, "invalid_request", "identity.token-type-unsupported"),
        ({"subject_token": "nonsense"}, 401, "invalid_grant", "identity.assertion-invalid"),
        ({"actor_token": "nonsense", "actor_token_type": JWT}, 401, "invalid_grant", "identity.assertion-invalid"),
        ({"actor_token": "nonsense"}, 400, "invalid_request", "identity.parameter-missing"),
    ],
)
async def test_exchanges_that_are_refused(
    http: httpx.AsyncClient, changes: dict[str, str], status: int, error: str, code: str
) -> None:
    subject = (await token(http, **AS_ALICE, **APP))["access_token"]
    assert_refused(await http.post("/oauth/token", data=exchange(subject) | changes), status, error, code)


# --- clients that prove themselves by assertion -----------------------------------------------------------------------


async def test_a_client_assertion(http: httpx.AsyncClient, installation: Installation, idp: Provider) -> None:
    await trust(installation, idp.url, jwks_uri=f"{idp.url}/keys")
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT["client_id"],
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    good = {"sub": CLIENT["client_id"], "aud": installation.issuer.iss("acme"), "exp": NOON + 60}
    answer = await token(http, **form, client_assertion=idp.token(**good))
    assert claims(installation, answer)["cid"] == CLIENT["client_id"]
    changed = ({"sub": APP["client_id"]}, {"aud": "https://else.test"}, {"exp": NOON - 90}, {"iss": "https://no.test"})
    for text in (*(idp.token(**good | changes) for changes in changed), "x.y.z"):
        answer = await http.post("/oauth/token", data={**form, "client_assertion": text})
        assert_refused(answer, 401, "invalid_client", "identity.client-assertion-invalid")
    answer = await http.post(
        "/oauth/token", data={**form, "client_assertion_type": "other", "client_assertion": idp.token(**good)}
    )
    assert_refused(answer, 401, "invalid_client", "identity.client-assertion-invalid")
