"""Assertions, judged by validators that are not ours (destination-service §4.7, §4.8)."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode, urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from signxml import XMLVerifier
from signxml.exceptions import InvalidDigest

from landbridge.destinations.keystores.material import KeyMaterial
from tests.destinations.auth.stage import ENTITY, Stage, material, service_claims, signed, user_claims
from tests.destinations.token_service import FakeTokenService
from tests.tools import require_tool

pytestmark = pytest.mark.anyio

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PREVIOUS = "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession"
USER = signed(user_claims())


def given(**more: str) -> dict[str, str]:
    said = {"Authentication": "SAMLAssertion", "audience": "https://sp.test", "authnContextClassRef": PREVIOUS}
    return {**said, "URL": "https://target.test/api", **more}


def verified(xml: bytes, keys: KeyMaterial) -> etree._Element:
    """What the signature covers, judged by signxml alone."""
    results = XMLVerifier().verify(xml, x509_cert=keys.certificate, id_attribute="ID")
    root = results.signed_xml
    assert root is not None
    assert root.tag == f"{SAML}Assertion", "the whole assertion is signed"
    return root


async def assertion(stage: Stage, keys: KeyMaterial | None = None, user: str = USER, **more: str) -> etree._Element:
    value = await stage.value(given(**more), user_token=user)
    return verified(b64decode(value, validate=True), keys or material("trust"))


def text(root: etree._Element, path: str) -> str:
    found = root.find("/".join(f"{SAML}{part}" for part in path.split("/")))
    assert found is not None, path
    return str(found.text)


def attributes(root: etree._Element) -> dict[str, list[str]]:
    return {str(one.get("Name")): [str(value.text) for value in one] for one in root.iter(f"{SAML}Attribute")}


async def test_the_entry(stage: Stage) -> None:
    entry = await stage.entry(given(), user_token=USER)
    assert entry.keys() == {"type", "value", "http_header"}
    assert entry["type"] == "SAML2.0"
    assert entry["http_header"] == {"key": "Authorization", "value": f"SAML2.0 {entry['value']}"}


async def test_the_assertion(stage: Stage) -> None:
    root = await assertion(stage, nameQualifier="nq", clientKey="ck")
    assert (root.get("Version"), root.get("IssueInstant")) == ("2.0", "2027-01-15T08:00:00.000Z")
    assert text(root, "Issuer") == ENTITY
    name = root.find(f"{SAML}Subject/{SAML}NameID")
    assert name is not None
    assert (name.text, dict(name.attrib)) == ("alice", {"Format": UNSPECIFIED, "NameQualifier": "nq"})
    confirmation = root.find(f"{SAML}Subject/{SAML}SubjectConfirmation")
    assert confirmation is not None
    assert confirmation.get("Method") == "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    end = "2027-01-15T08:10:00.000Z"
    assert dict(confirmation[0].attrib) == {"NotOnOrAfter": end, "Recipient": "https://target.test/api"}
    conditions = root.find(f"{SAML}Conditions")
    assert conditions is not None
    assert dict(conditions.attrib) == {"NotBefore": "2027-01-15T07:55:00.000Z", "NotOnOrAfter": end}
    assert text(root, "Conditions/AudienceRestriction/Audience") == "https://sp.test"
    assert text(root, "AuthnStatement/AuthnContext/AuthnContextClassRef") == PREVIOUS
    assert attributes(root) == {"user_uuid": ["u-1"], "client_id": ["ck"]}


async def test_the_signature_is_what_receivers_expect(stage: Stage) -> None:
    value = await stage.value(given(), user_token=USER)
    root = etree.fromstring(b64decode(value))
    ds = "{http://www.w3.org/2000/09/xmldsig#}"
    info = root.find(f"{ds}Signature/{ds}SignedInfo")
    assert info is not None
    algorithms = [one.get("Algorithm") for one in info.iter() if one.get("Algorithm")]
    assert algorithms == [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ]
    assert [child.tag.rpartition("}")[2] for child in root] == [
        "Issuer",
        "Signature",
        "Subject",
        "Conditions",
        "AuthnStatement",
        "AttributeStatement",
    ], "the order of the schema"
    reference = info.find(f"{ds}Reference")
    assert reference is not None
    assert reference.get("URI") == f"#{root.get('ID')}"
    assert root.find(f"{ds}Signature/{ds}KeyInfo") is None


@pytest.mark.parametrize("include", ["false", "true"])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
async def test_xmlsec_agrees(stage: Stage, tmp_path: Path, include: str, kind: str) -> None:
    require_tool("xmlsec1", shutil.which("xmlsec1") is not None)
    keys = stage.level.trust = material(f"xmlsec-{kind}", kind)
    value = await stage.value(given(includeSigningCertificateInSAMLAssertion=include), user_token=USER)
    (tmp_path / "assertion.xml").write_bytes(b64decode(value))
    (tmp_path / "certificate.pem").write_text(keys.certificate_pem)
    key = ["--pubkey-cert-pem", "certificate.pem"] if include == "false" else ["--trusted-pem", "certificate.pem"]
    command = ["xmlsec1", "--verify", "--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion", *key]
    done = subprocess.run([*command, "assertion.xml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    changed = (tmp_path / "assertion.xml").read_text().replace(">alice<", ">root<")
    assert ">root<" in changed
    (tmp_path / "assertion.xml").write_text(changed)
    assert subprocess.run([*command, "assertion.xml"], cwd=tmp_path, capture_output=True, check=False).returncode != 0


async def test_a_changed_assertion_does_not_pass(stage: Stage) -> None:
    xml = b64decode(await stage.value(given(), user_token=USER))
    with pytest.raises(InvalidDigest):
        verified(xml.replace(b">alice<", b">root<"), material("trust"))


async def test_each_assertion_is_a_new_one(stage: Stage) -> None:
    ids = {(await assertion(stage)).get("ID") for _ in range(3)}
    assert len(ids) == 3


async def test_the_destinations_own_key(stage: Stage) -> None:
    stage.level.keystores["own.p12"] = (material("own"), "pw")
    said = {"KeyStoreLocation": "own.p12", "KeyStorePassword": "pw"}
    root = await assertion(stage, material("own"), assertionIssuer="me", assertionRecipient="https://r", **said)
    assert text(root, "Issuer") == "me"
    data = next(root.iter(f"{SAML}SubjectConfirmationData"))
    assert data.get("Recipient") == "https://r"


@pytest.mark.parametrize(
    ("claims", "more", "expected"),
    [
        ({}, {}, "alice"),
        ({}, {"nameIdFormat": EMAIL}, "alice@acme.test"),
        ({}, {"nameIdFormat": UNSPECIFIED}, "alice"),
        ({}, {"userIdSource": "email"}, "alice@acme.test"),
        ({}, {"userIdSource": "$.ext_attr.zdn"}, "acme"),
        ({"xs.user.attributes": {"pn": ["4711"]}}, {"userIdSource": "$['xs.user.attributes'].pn"}, "4711"),
        ({"xs.user.attributes": {"pn": ["4711"]}}, {"userIdSource": "$['xs.user.attributes']['pn'][0]"}, "4711"),
        ({"number": 5}, {"userIdSource": "number", "nameIdFormat": "urn:other"}, "5"),
    ],
)
async def test_the_user_id(stage: Stage, claims: dict[str, object], more: dict[str, str], expected: str) -> None:
    root = await assertion(stage, user=signed(user_claims(**claims)), **more)
    name = next(root.iter(f"{SAML}NameID"))
    assert (name.text, name.get("Format")) == (expected, more.get("nameIdFormat", UNSPECIFIED))


async def test_the_user_id_among_the_attributes_of_the_token_service(stage: Stage) -> None:
    stage.level.info = {"user_attributes": {"employee": ["e-1"]}, "zoneinfo": "x"}
    assert next((await assertion(stage, userIdSource="employee")).iter(f"{SAML}NameID")).text == "e-1"
    root = await assertion(stage, userIdSource="$.employee[0]")
    assert next(root.iter(f"{SAML}NameID")).text == "e-1"


@pytest.mark.parametrize(
    ("claims", "more", "code"),
    [
        ({}, {"userIdSource": "missing"}, "destination.user-id-undetermined"),
        ({}, {"userIdSource": "$.missing.too"}, "destination.user-id-undetermined"),
        ({"email": ""}, {"nameIdFormat": EMAIL}, "destination.user-id-undetermined"),
        ({}, {"nameIdFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "destination.property-invalid"),
        ({}, {"userIdSource": "$["}, "destination.property-invalid"),
        ({}, {"userIdSource": "$..user_name"}, "destination.property-invalid"),
        ({}, {"userIdSource": "$[?@.a =~ /(a+)+$/]"}, "destination.property-invalid"),
        ({}, {"samlAssertionEncoding": "hex"}, "destination.property-invalid"),
        ({"user_name": "a\x00b"}, {}, "destination.saml-assertion-failed"),
    ],
)
async def test_users_that_cannot_be_named(
    stage: Stage, claims: dict[str, object], more: dict[str, str], code: str
) -> None:
    entry = await stage.entry(given(**more), user_token=signed(user_claims(**claims)))
    assert entry["code"] == code
    if code == "destination.user-id-undetermined":
        assert "user ID could not be determined" in entry["error"]


async def test_markup_in_a_claim_stays_text(stage: Stage) -> None:
    evil = "alice</saml2:NameID><saml2:NameID>root"
    root = await assertion(stage, user=signed(user_claims(user_name=evil)))
    assert [name.text for name in root.iter(f"{SAML}NameID")] == [evil]


async def test_a_comment_in_a_claim_does_not_cut_the_name(stage: Stage) -> None:
    root = await assertion(stage, user=signed(user_claims(user_name="admin<!-- -->@evil.test")))
    assert next(root.iter(f"{SAML}NameID")).text == "admin<!-- -->@evil.test"


ATTRIBUTED: dict[str, Any] = {
    "xs.system.attributes": {"xs.saml.groups": ["g1", "g2"]},
    "xs.user.attributes": {"country": ["DE", "FR"]},
}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"user_attributes.country": ["DE", "FR"], "Groups": ["g1", "g2"], "user_uuid": ["u-1"]}),
        (
            {"skipUserAttributesPrefixInSAMLAttributes": "TRUE", "skipUserUuidInSAMLAttributes": "true"},
            {"country": ["DE", "FR"], "Groups": ["g1", "g2"]},
        ),
        (
            {"apiKey": "ak", "clientKey": "ck", "skipUserUuidInSAMLAttributes": "true"},
            {
                "user_attributes.country": ["DE", "FR"],
                "Groups": ["g1", "g2"],
                "client_id": ["ck"],
                "api_key": ["ak"],
            },
        ),
    ],
)
async def test_attributes_of_the_token(stage: Stage, more: dict[str, str], expected: dict[str, list[str]]) -> None:
    root = await assertion(stage, user=signed(user_claims(**ATTRIBUTED)), **more)
    assert attributes(root) == expected


async def test_attributes_of_the_token_service_come_first(stage: Stage) -> None:
    stage.level.info = {
        "given_name": "Alice",
        "verified": True,
        "nothing": None,
        "user_attributes": {"city": ["Ulm"], "xs.saml.groups": ["g2", "g3"]},
    }
    root = await assertion(stage, user=signed(user_claims(**ATTRIBUTED)))
    assert attributes(root) == {
        "given_name": ["Alice"],
        "verified": ["true"],
        "user_attributes.city": ["Ulm"],
        "Groups": ["g1", "g2", "g3"],
        "user_uuid": ["u-1"],
    }


async def test_the_deprecated_system_user_needs_no_token(stage: Stage) -> None:
    value = await stage.value(given(SystemUser="batch", clientKey="ck"))
    root = verified(b64decode(value), material("trust"))
    assert next(root.iter(f"{SAML}NameID")).text == "batch"
    assert attributes(root) == {"client_id": ["ck"]}


@pytest.mark.parametrize(("encoding", "alphabet"), [("base64", "+/"), ("base64url", "-_"), ("BASE64URL", "-_")])
async def test_encodings(stage: Stage, encoding: str, alphabet: str) -> None:
    value = await stage.value(given(samlAssertionEncoding=encoding), user_token=USER)
    verified(b64decode(value + "=" * (-len(value) % 4), altchars=alphabet.encode(), validate=True), material("trust"))
    assert not set(value) & (set("+/-_") - set(alphabet))


def bearer(tokens: FakeTokenService, **more: str) -> dict[str, str]:
    said = given(Authentication="OAuth2SAMLBearerAssertion", tokenServiceURL=tokens.url, clientKey="key1")
    return said | more


async def test_the_assertion_in_a_token_request(stage: Stage, tokens: FakeTokenService) -> None:
    assert await stage.value(bearer(tokens, companyId="co", scope="s"), user_token=USER) == "t-1"
    form = tokens.request.form
    value = form.pop("assertion")
    assert form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "client_id": "key1",
        "company_id": "co",
        "scope": "s",
    }
    assert "=" not in value, "RFC 7522: no padding"
    root = verified(urlsafe_b64decode(value + "=" * (-len(value) % 4)), material("trust"))
    data = next(root.iter(f"{SAML}SubjectConfirmationData"))
    assert data.get("Recipient") == tokens.url, "the recipient is the token service"


async def test_the_recipient_is_the_tenants_token_service(stage: Stage, tokens: FakeTokenService) -> None:
    url = f"http://127.0.0.1:{tokens.port}/{{tenant}}/token"
    said = bearer(tokens, tokenServiceURL=url, tokenServiceURLType="Common", samlAssertionEncoding="base64")
    await stage.value(said, user_token=USER)
    root = verified(b64decode(tokens.request.form["assertion"], validate=True), material("trust"))
    data = next(root.iter(f"{SAML}SubjectConfirmationData"))
    assert data.get("Recipient") == f"http://127.0.0.1:{tokens.port}/acme/token"


async def test_an_unknown_provider_of_assertions(stage: Stage, tokens: FakeTokenService) -> None:
    assert await stage.code(bearer(tokens, SAMLAssertionProvider="Me"), user_token=USER) == (
        "destination.property-invalid"
    )


async def test_a_key_that_cannot_sign(stage: Stage) -> None:
    stage.level.trust = material("ed", "ed25519")
    assert await stage.code(given(), user_token=USER) == "destination.saml-assertion-failed"


async def test_without_a_user(stage: Stage) -> None:
    assert await stage.code(given(), signed(service_claims())) == "destination.user-token-missing"
