"""Our certificate authority: it vouches for the listeners of the cloud side, for connectors and for bindings."""

from __future__ import annotations

import datetime
import ssl
import tempfile
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock
from landbridge.model.enrolment import CONNECTOR_ORGANISATION
from landbridge.model.secret import Secret
from landbridge.store import Database, KeyKind, KeyRepository, StoredKey

CA_DAYS = 3650
SERVER_DAYS = 397
CONNECTOR_DAYS = 365
BACKDATED = datetime.timedelta(hours=1)
"""How far a certificate's begin lies in the past: clocks of two networks seldom agree."""

CSR_LIMIT = 16_384
_SMALLEST_RSA = 2048
BINDING_ORGANISATION = "landbridge binding"
_X509_V_FLAG_NO_CHECK_TIME = 0x200000


class Authority:
    """The CA (EC P-256). Make it with `Authority.load`."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, clock: Clock) -> None:
        self._certificate = certificate
        self._key = key
        self._clock = clock
        self.ca_pem = _pem(certificate)

    @classmethod
    async def load(cls, db: Database, clock: Clock) -> Authority:
        """The CA of the store; it is made on the first start."""
        async with db.begin() as session:
            repository = KeyRepository(session)
            stored = await repository.list(KeyKind.CA)
            if not stored:
                stored = [_create_ca(clock)]
                await repository.put(stored[0])
        key = serialization.load_pem_private_key(stored[0].private_pem.reveal().encode(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(x509.load_pem_x509_certificate(stored[0].public_pem.encode()), key, clock)

    def issue_server(self, names: list[str]) -> tuple[str, str]:
        """Certificate chain and private key (PEM) of a listener reached under `names` (DNS names, addresses)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        builder = self._builder(subject, key.public_key(), SERVER_DAYS, ExtendedKeyUsageOID.SERVER_AUTH)
        certificate = builder.add_extension(alternatives, critical=False).sign(self._key, hashes.SHA256())
        return _pem(certificate) + self.ca_pem, _key_pem(key)

    def server_context(self, names: list[str]) -> ssl.SSLContext:
        """A TLS server context (1.2 or newer) with a certificate for `names`.

        It asks for a client certificate of ours without insisting, and leaves the judgement of its dates to us: TLS
        would refuse it namelessly (traps 1).
        """
        certificate, key = self.issue_server(names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VerifyFlags(_X509_V_FLAG_NO_CHECK_TIME)
        context.load_verify_locations(cadata=self.ca_pem)
        # The standard library loads keys from files only; the folder is ours alone and gone after the load.
        with tempfile.TemporaryDirectory(prefix="landbridge-") as folder:
            file = Path(folder) / "server.pem"
            file.touch(mode=0o600)
            file.write_text(certificate + key)
            context.load_cert_chain(file)
        return context

    def sign_connector(self, csr_pem: str, connector_id: str, subaccount_id: str, days: float = CONNECTOR_DAYS) -> str:
        """The certificate (PEM) of a connector: the key of its CSR, the subject of our choice.

        Raises `FaultError` (`enrolment.request-invalid`) when the CSR cannot be used.
        """
        return self._sign_client(csr_key(csr_pem), CONNECTOR_ORGANISATION, subaccount_id, connector_id, days)

    def sign_binding(self, key: PublicKey, binding_id: str, subaccount_id: str, days: float) -> str:
        """The certificate (PEM, with ours behind it) by which the client of a binding proves itself."""
        return self._sign_client(key, BINDING_ORGANISATION, subaccount_id, binding_id, days) + self.ca_pem

    def sign_application(self, key: PublicKey, subject: x509.Name, expires: float) -> str:
        """The certificate (PEM) of an application in its destinations, until `expires` (seconds since the epoch).

        Its subject has no OU, so it is neither a connector's nor a binding's.
        """
        builder = self._builder(subject, key, (expires - self._clock()) / 86_400, ExtendedKeyUsageOID.CLIENT_AUTH)
        return _pem(builder.sign(self._key, hashes.SHA256()))

    def _sign_client(self, key: PublicKey, organisation: str, subaccount_id: str, name: str, days: float) -> str:
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, subaccount_id),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        builder = self._builder(subject, key, days, ExtendedKeyUsageOID.CLIENT_AUTH)
        # Strict verifiers want an alternative name, whatever the subject says.
        alternative = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:uuid:{name}")])
        return _pem(builder.add_extension(alternative, critical=False).sign(self._key, hashes.SHA256()))

    def _builder(
        self, subject: x509.Name, key: PublicKey, days: float, usage: x509.ObjectIdentifier
    ) -> x509.CertificateBuilder:
        """All that our leaf certificates have in common; with these extensions strict verifiers accept them."""
        issuer_key_id = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            _dated(subject, self._certificate.subject, key, self._clock, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key_id), critical=False
            )
        )


PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def _create_ca(clock: Clock) -> StoredKey:
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "landbridge"),
            # Two installations on one machine must not have CAs of one name.
            x509.NameAttribute(NameOID.COMMON_NAME, f"landbridge CA {identifier.digest.hex()[:8]}"),
        ]
    )
    certificate = (
        _dated(name, name, key.public_key(), clock, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return StoredKey("ca", KeyKind.CA, _pem(certificate), Secret(_key_pem(key)), clock())


def _dated(subject: x509.Name, issuer: x509.Name, key: PublicKey, clock: Clock, days: float) -> x509.CertificateBuilder:
    now = datetime.datetime.fromtimestamp(clock(), datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _key_usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def csr_key(csr_pem: str) -> PublicKey:
    """The public key of a CSR, after proof that its sender holds the private one."""
    if len(csr_pem) > CSR_LIMIT:
        raise _unusable(f"the CSR is longer than {CSR_LIMIT} characters")
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        key = request.public_key()
        proven = request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unusable("the CSR is no PKCS#10 request in PEM") from None
    if not proven:
        raise _unusable("the signature of the CSR is wrong")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256:
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SMALLEST_RSA:
        return key
    raise _unusable(f"the key must be EC with 256 bits or more, or RSA with {_SMALLEST_RSA} or more")


def _unusable(reason: str) -> FaultError:
    return FaultError(fault("enrolment.request-invalid", reason=reason))


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
