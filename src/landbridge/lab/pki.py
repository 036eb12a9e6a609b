"""Certificates of every kind, made on the spot: good ones, and those that servers should not have."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
YEAR = 365


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate, its key, and the certificates that lead up from it (its issuer first, without the root)."""

    certificate: x509.Certificate
    key: PrivateKey
    above: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def chain_pem(self) -> str:
        """The certificate and what leads up from it."""
        return self.pem + "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in self.above)


@lru_cache(maxsize=4)
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """An RSA key; the same one for everybody, because making one takes long (traps 8)."""
    return rsa.generate_private_key(65537, bits)


def root(name: str, days: float = YEAR, age: float = 1, key: PrivateKey | None = None) -> Pair:
    """An authority that vouches for itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = _named(name)
    builder = _builder(subject, subject, key, days, age)
    return Pair(_authority(builder).sign(key, hashes.SHA256()), key)


def intermediate(
    issuer: Pair,
    name: str,
    issuer_address: str = "",
    *,
    authority: bool = True,
    path_length: int | None = None,
    permitted: Sequence[str] = (),
    issues: bool = True,
) -> Pair:
    """An authority below another one, or what passes itself off as one.

    issuer_address  where the issuer's certificate can be fetched
    authority       whether it says that it is one
    path_length     how many may be below it
    permitted       host names for which it may vouch; empty: all
    issues          whether its key may sign certificates
    """
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _with_address(_builder(_named(name), issuer.certificate.subject, key, YEAR, 1), issuer_address)
    limits = x509.BasicConstraints(ca=authority, path_length=path_length)
    builder = builder.add_extension(limits, critical=True)
    if permitted:
        trees = [x509.DNSName(one) for one in permitted]
        builder = builder.add_extension(x509.NameConstraints(trees, None), critical=True)
    if not issues:
        builder = builder.add_extension(_key_usage(), critical=True)
    return Pair(builder.sign(issuer.key, hashes.SHA256()), key, _above(issuer))


def _key_usage() -> x509.KeyUsage:
    """Of a server: no certificates may be signed."""
    return x509.KeyUsage(True, False, True, False, False, False, False, False, False)


def crossed(authority: Pair, by: Pair, days: float = YEAR, age: float = 1) -> x509.Certificate:
    """The certificate of an authority's key that another authority signed as well."""
    builder = _builder(authority.certificate.subject, by.certificate.subject, authority.key, days, age)
    return _authority(builder).sign(by.key, hashes.SHA256())


def leaf(
    issuer: Pair | None,
    names: Sequence[str | x509.GeneralName] = ("localhost", "127.0.0.1"),
    *,
    days: float = 90,
    age: float = 1,
    key: PrivateKey | None = None,
    usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
    common_name: str = "",
    issuer_address: str = "",
) -> Pair:
    """A certificate for a server or a client; without an issuer it vouches for itself.

    names           hosts and addresses; an address that stands as if it were a name is an `x509.DNSName`
    days, age       it was made `age` days ago and lives `days` days from then; a negative age begins in the future
    issuer_address  where the issuer's certificate can be fetched
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    first = names[0] if names else "nobody"
    subject = _named(common_name or (first if isinstance(first, str) else str(first.value)))
    builder = _builder(subject, issuer.certificate.subject if issuer else subject, key, days, age)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    builder = _with_address(builder, issuer_address)
    signed = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return Pair(signed, key, _above(issuer) if issuer else ())


def _above(issuer: Pair) -> tuple[x509.Certificate, ...]:
    """The certificates from the issuer up, without a root."""
    if issuer.certificate.issuer == issuer.certificate.subject:
        return ()
    return (issuer.certificate, *issuer.above)


def _with_address(builder: x509.CertificateBuilder, address: str) -> x509.CertificateBuilder:
    """With the place from where the issuer can be fetched, if there is one."""
    if not address:
        return builder
    place = x509.UniformResourceIdentifier(address)
    access = x509.AccessDescription(x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, place)
    return builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _name(text: str | x509.GeneralName) -> x509.GeneralName:
    if isinstance(text, x509.GeneralName):
        return text
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _authority(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, days: float, age: float
) -> x509.CertificateBuilder:
    begin = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=age)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=days))
    )


def with_pss_signature(pair: Pair, issuer: Pair) -> Pair:
    """The same certificate with a signature of the other kind that RSA keys make (RFC 8017 §8.1)."""
    made, used = pair.certificate, hashes.SHA256()
    builder = x509.CertificateBuilder(
        issuer_name=made.issuer,
        subject_name=made.subject,
        public_key=pair.key.public_key(),
        serial_number=made.serial_number,
        not_valid_before=made.not_valid_before_utc,
        not_valid_after=made.not_valid_after_utc,
        extensions=list(made.extensions),
    )
    filled = padding.PSS(padding.MGF1(used), used.digest_size)
    return Pair(builder.sign(issuer.key, used, rsa_padding=filled), pair.key, pair.above)


_SHA256, _SHA1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
"""RSA signatures over these digests (RFC 8017 §A.2.4), as object identifiers."""


def with_old_signature(pair: Pair, issuer: Pair) -> Pair:
    """The same certificate with a SHA-1 signature, which libraries make no more. The issuer has an RSA key."""
    assert isinstance(issuer.key, rsa.RSAPrivateKey)
    made = pair.certificate
    content = made.tbs_certificate_bytes.replace(_SHA256, _SHA1, 1)
    signature = issuer.key.sign(content, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - that it is old is the point
    whole = made.public_bytes(serialization.Encoding.DER)
    whole = whole.replace(made.tbs_certificate_bytes, content).replace(_SHA256, _SHA1)
    return Pair(x509.load_der_x509_certificate(whole.replace(made.signature, signature)), pair.key, pair.above)
