"""Trust key pairs and SAML metadata over HTTP (destination-service §2.7)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from landbridge.destinations.trust import signing_key
from landbridge.destinations.trust.key_pairs import entity_id, key_pair
from landbridge.model.trust import TrustSlot
from landbridge.store import TrustKeyRepository
from tests.api.certificate_api import CertificateApi, open_certificates
from tests.api.destination_api import assert_fault
from tests.destinations.scene import ACME, OTHER

pytestmark = pytest.mark.anyio

METADATA = "/saml2Metadata"
ACTIVE = f"{METADATA}/certificate"
PASSIVE = f"{ACTIVE}/passive"
ROTATE = f"{METADATA}/rotateCertificate"
NAMES = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": "http://www.w3.org/2000/09/xmldsig#"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[CertificateApi]:
    async with open_certificates(tmp_path) as opened:
        yield opened


async def test_without_key_pairs_the_known_texts_are_said(api: CertificateApi) -> None:
    for path in (METADATA, ACTIVE):
        said = assert_fault(await api.get(path), 404, "trust.no-key-pair")
        assert said["ErrorMessage"] == f"Keypair for subaccount - {ACME} does not exist"
    for answer in (await api.get(PASSIVE), await api.delete(PASSIVE), await api.call("POST", ROTATE)):
        said = assert_fault(answer, 404, "trust.no-passive-key-pair")
        assert said["ErrorMessage"] == f"Passive Keypair for subaccount - {ACME} does not exist"


async def test_bodies_and_strangers_are_refused(api: CertificateApi) -> None:
    for path in (ACTIVE, PASSIVE, ROTATE):
        said = assert_fault(await api.post(path, {}), 400, "trust.body-unexpected")
        assert said["ErrorMessage"] == "Request body should be empty!"
        assert_fault(await api.call("POST", path, {"Authorization": ""}), 401, "destination.authorization-missing")


async def test_the_life_of_key_pairs(api: CertificateApi) -> None:
    made = await api.call("POST", ACTIVE)
    assert made.status_code == 200
    first = made.json()["certificate"]
    assert (await api.get(ACTIVE)).json() == {"certificate": first}
    certificate = x509.load_pem_x509_certificate(first.encode())
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 4096
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA512)
    assert certificate.subject.rfc4514_string().startswith(f"CN=https://cfapps.land.test/{ACME},")
    certificate.verify_directly_issued_by(certificate)
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 730
    await signs_with(api, key)

    second = (await api.call("POST", PASSIVE)).json()["certificate"]
    assert second != first
    assert certificates_of(await metadata_of(api)) == [first, second] * 2
    rotated = await api.call("POST", ROTATE)
    assert rotated.json() == {"activeCertificate": second, "passiveCertificate": first}
    assert (await api.get(ACTIVE)).json() == {"certificate": second}
    assert (await api.delete(PASSIVE)).json() == {"Count": 1}
    assert certificates_of(await metadata_of(api)) == [second] * 2

    stranger = {"Authorization": await api.scene.bearer("one", OTHER)}
    said = assert_fault(await api.get(ACTIVE, stranger), 404, "trust.no-key-pair")
    assert OTHER in said["ErrorMessage"]


async def signs_with(api: CertificateApi, public: rsa.RSAPublicKey) -> None:
    """What is signed with the subaccount's key is verified with the certificate's."""
    async with api.scene.db.read() as session:
        material = await signing_key(session, ACME)
    assert isinstance(material.key, rsa.RSAPrivateKey)
    signature = material.key.sign(b"assertion", padding.PKCS1v15(), hashes.SHA256())
    public.verify(signature, b"assertion", padding.PKCS1v15(), hashes.SHA256())


async def metadata_of(api: CertificateApi) -> ElementTree.Element:
    return ElementTree.fromstring(base64.b64decode((await api.get(METADATA)).json()["idpMetadata"]))


def certificates_of(root: ElementTree.Element) -> list[str]:
    """PEM of the certificates in the metadata, SP first."""
    assert root.tag == f"{{{NAMES['md']}}}EntityDescriptor"
    assert root.get("entityID") == f"cfapps.land.test/{ACME}"
    asking, asserting = root
    assert asking.tag.endswith("}SPSSODescriptor")
    assert asking.get("AuthnRequestsSigned") == "true"
    assert asserting.tag.endswith("}IDPSSODescriptor")
    assert asserting.get("WantAuthnRequestsSigned") == "true"
    endpoint = asserting.find("md:SingleSignOnService", NAMES)
    assert endpoint is not None
    assert str(endpoint.get("Binding")).endswith(":HTTP-POST")
    bodies = root.findall("*/md:KeyDescriptor[@use='signing']/ds:KeyInfo/ds:X509Data/ds:X509Certificate", NAMES)
    ders = [base64.b64decode(body.text or "") for body in bodies]
    return [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode() for der in ders]


async def test_dropping_caches(api: CertificateApi) -> None:
    path = "/destination-configuration/maintenance/v1/caches/ias"
    assert (await api.delete(path)).status_code == 200
    assert api.dropped == ["all"]
    refused = await api.call("DELETE", path, {"Authorization": "Bearer x"})
    assert_fault(refused, 400, "destination.token-unreadable")
    assert api.dropped == ["all"]


async def test_private_keys_are_not_in_the_database_in_the_clear(api: CertificateApi, tmp_path: Path) -> None:
    pair = key_pair(ACME, TrustSlot.ACTIVE, "land.test", api.time.now)
    async with api.scene.db.begin() as session:
        await TrustKeyRepository(session).put(pair)
    await api.scene.db.close()
    body = pair.private_key.reveal().splitlines()[1].encode()
    assert not [path for path in tmp_path.iterdir() if body in path.read_bytes()]


@pytest.mark.parametrize("domain", ["localhost", "a-rather-long-domain.of-somebody.example.test"])
def test_the_subject_fits_into_a_common_name(domain: str) -> None:
    pair = key_pair(ACME, TrustSlot.PASSIVE, domain, 1_800_000_000)
    subject = x509.load_pem_x509_certificate(pair.certificate.encode()).subject
    (name,) = subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert ACME in str(name.value)
    assert entity_id(ACME, domain) == f"cfapps.{domain}/{ACME}"
