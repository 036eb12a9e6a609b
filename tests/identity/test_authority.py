from __future__ import annotations

import asyncio
import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from landbridge.faults import FaultError
from landbridge.identity.authority import Authority
from tests.identity.seed import ACME, NOON, Installation

pytestmark = pytest.mark.anyio

CONNECTOR = "c0ffee00-0000-4000-8000-000000000001"
AT_NOON = datetime.datetime.fromtimestamp(NOON, datetime.UTC)


@pytest.fixture
async def authority(installation: Installation) -> Authority:
    return await Authority.load(installation.db, installation.clock)


def csr(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | None = None) -> str:
    key = key or ec.generate_private_key(ec.SECP256R1())
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "I choose my own name")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, digest)
    return request.public_bytes(serialization.Encoding.PEM).decode()


def parse(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def names(name: x509.Name) -> dict[str, str]:
    return {attribute.rfc4514_attribute_name: str(attribute.value) for attribute in name}


async def test_the_ca_is_made_once_and_kept(installation: Installation, authority: Authority) -> None:
    assert (await Authority.load(installation.db, installation.clock)).ca_pem == authority.ca_pem


async def test_the_ca_may_sign_leaves_only(authority: Authority) -> None:
    extensions = parse(authority.ca_pem).extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_cert_sign, usage.digital_signature) == (True, False)


async def test_a_connector_gets_the_subject_of_our_choice(authority: Authority) -> None:
    certificate = parse(authority.sign_connector(csr(), CONNECTOR, ACME.id))
    assert names(certificate.subject) == {"CN": CONNECTOR, "OU": ACME.id, "O": "landbridge connector"}
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert certificate.not_valid_before_utc == AT_NOON - datetime.timedelta(hours=1)
    assert certificate.not_valid_after_utc == AT_NOON + datetime.timedelta(days=365)


async def test_a_strict_verifier_accepts_a_connector(authority: Authority) -> None:
    certificate = parse(authority.sign_connector(csr(), CONNECTOR, ACME.id, days=1))
    verifier = PolicyBuilder().store(Store([parse(authority.ca_pem)])).time(AT_NOON).build_client_verifier()
    verified = verifier.verify(certificate, [])
    assert verified.subjects is not None
    assert [subject.value for subject in verified.subjects] == [f"urn:uuid:{CONNECTOR}"]


async def test_a_strict_verifier_accepts_a_server(authority: Authority) -> None:
    chain, _ = authority.issue_server(["bridge.test", "127.0.0.1", "::1"])
    leaf, ca = x509.load_pem_x509_certificates(chain.encode())
    assert ca == parse(authority.ca_pem)
    verifier = PolicyBuilder().store(Store([ca])).time(AT_NOON).build_server_verifier(x509.DNSName("bridge.test"))
    assert verifier.verify(leaf, [])[0] == leaf


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)], ids=["P-384", "RSA-2048"]
)
async def test_signs_the_key_of_the_request(
    authority: Authority, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> None:
    assert parse(authority.sign_connector(csr(key), CONNECTOR, ACME.id)).public_key() == key.public_key()


def tampered() -> str:
    der = bytearray(x509.load_pem_x509_csr(csr().encode()).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("request_pem", "reason"),
    [
        ("", "PKCS#10"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "PKCS#10"),
        ("é", "PKCS#10"),
        ("A" * 20_000, "longer"),
        (tampered(), "signature"),
        (csr(rsa.generate_private_key(65537, 1024)), "RSA with 2048"),
        (csr(ec.generate_private_key(ec.SECP224R1())), "EC with 256"),
        (csr(ed25519.Ed25519PrivateKey.generate()), "EC with 256"),
    ],
    ids=["empty", "broken", "not-ascii", "long", "tampered", "rsa-1024", "p-224", "ed25519"],
)
async def test_a_request_that_cannot_be_used_has_a_name(authority: Authority, request_pem: str, reason: str) -> None:
    with pytest.raises(FaultError) as caught:
        authority.sign_connector(request_pem, CONNECTOR, ACME.id)
    assert caught.value.fault.code == "enrolment.request-invalid"
    assert reason in caught.value.fault.sentence


async def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> str:
    """Connect over loopback; returns the TLS version."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=name)
        version = writer.get_extra_info("ssl_object").version()
        await reader.read()
        writer.close()
    return str(version)


@pytest.fixture
async def running_authority(installation: Installation) -> Authority:
    """An authority whose certificates are valid now, for real handshakes."""
    installation.clock.now = datetime.datetime.now(datetime.UTC).timestamp()
    return await Authority.load(installation.db, installation.clock)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_a_client_that_trusts_the_ca_reaches_the_server(running_authority: Authority, name: str) -> None:
    server = running_authority.server_context(["localhost", "127.0.0.1"])
    client = ssl.create_default_context(cadata=running_authority.ca_pem)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    assert await handshake(server, client, name) == "TLSv1.3"


async def test_a_client_without_the_ca_or_with_another_name_does_not(running_authority: Authority) -> None:
    server = running_authority.server_context(["localhost"])
    with pytest.raises(ssl.SSLCertVerificationError):
        await handshake(server, ssl.create_default_context(), "localhost")
    with pytest.raises(ssl.SSLCertVerificationError):
        await handshake(server, ssl.create_default_context(cadata=running_authority.ca_pem), "bridge.test")


async def test_old_tls_is_refused(running_authority: Authority) -> None:
    assert running_authority.server_context(["localhost"]).minimum_version == ssl.TLSVersion.TLSv1_2
