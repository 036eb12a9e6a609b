"""Chains are judged as the TLS library judges them in a real handshake: what it refuses has a name here."""

from __future__ import annotations

import inspect
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.checks import chains
from landbridge.checks.diagnose import diagnose
from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.observations import TlsHandshake, TrustAnchors
from landbridge.checks.pem_file import pem_certificates
from landbridge.lab.pki import Pair, intermediate, leaf, root, rsa_key
from landbridge.lab.servers.blocking import server_context

NOT_TRUST = {"weak-algorithm", "sni"}


@dataclass(frozen=True)
class Case:
    """What is shown, and what is trusted."""

    server: Pair
    trusted: str
    chain: str = ""

    @property
    def shown(self) -> str:
        return self.chain or self.server.chain_pem


def taken(case: Case, folder: Path) -> bool:
    """Whether a client of the TLS library takes it, in a handshake in memory."""
    server_side = server_context(case.server, folder, chain=case.chain)
    client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_side.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client_side.load_verify_locations(cadata=case.trusted)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    done = {client: False, server: False}
    while not all(done.values()):
        for end in done:
            try:
                end.do_handshake()
                done[end] = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError:
                return False
    return True


def named(case: Case) -> list[str]:
    """What a check would say."""
    shaken = TlsHandshake(
        host="localhost",
        port=443,
        server_name="localhost",
        version="TLSv1.3",
        chain=pem_certificates(case.shown),
        ended="open",
    )
    facts = (TrustAnchors(source="a file", certificates=pem_certificates(case.trusted)), shaken)
    step = Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, seen=facts)
    target = Target(protocol="tls", host="localhost", port=443)
    found = diagnose(Evidence(target=target, at=time.time(), steps=(step,)))
    return [one.cause for one in found if one.cause not in NOT_TRUST]


TOP = root("Root")
ISSUING = intermediate(TOP, "Issuing")
OTHER = root("Other Root")


def pem(*certificates: x509.Certificate) -> str:
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)


def crossed() -> Case:
    """One authority with two certificates: the presented one leads to a root that nobody trusts."""
    mine = intermediate(TOP, "Issuing")
    other = reissued(OTHER, mine)
    server = leaf(mine)
    return Case(server, TOP.pem, chain=server.pem + pem(other, mine.certificate))


def reissued(issuer: Pair, authority: Pair, days: int = 100, age: int = 1) -> x509.Certificate:
    """The same authority, name and key, in a certificate of another issuer."""
    begin = datetime.fromtimestamp(time.time() - age * 86_400, UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(authority.certificate.subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(authority.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(datetime.fromtimestamp(begin.timestamp() + days * 86_400, UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return builder.sign(issuer.key, hashes.SHA256())


def unknown_extension() -> Pair:
    """A server's certificate with a critical extension that nobody knows."""
    plain = leaf(TOP)
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
    made = plain.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(made.subject)
        .issuer_name(made.issuer)
        .public_key(plain.key.public_key())
        .serial_number(7)
        .not_valid_before(made.not_valid_before_utc)
        .not_valid_after(made.not_valid_after_utc)
        .add_extension(made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value, critical=False)
        .add_extension(strange, critical=True)
    )
    return Pair(builder.sign(TOP.key, hashes.SHA256()), plain.key)


def usage(**yes: bool) -> x509.KeyUsage:
    names = inspect.signature(x509.KeyUsage).parameters
    return x509.KeyUsage(**{name: yes.get(name, False) for name in names})


def server_with(extension: x509.ExtensionType) -> Pair:
    plain = leaf(TOP, usage=None)
    made = plain.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(made.subject)
        .issuer_name(made.issuer)
        .public_key(plain.key.public_key())
        .serial_number(8)
        .not_valid_before(made.not_valid_before_utc)
        .not_valid_after(made.not_valid_after_utc)
        .add_extension(made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value, critical=False)
        .add_extension(extension, critical=True)
    )
    return Pair(builder.sign(TOP.key, hashes.SHA256()), plain.key)


def deep(length: int) -> Pair:
    """A server below that many authorities."""
    issuer = TOP
    for number in range(length):
        issuer = intermediate(issuer, f"Authority {number}")
    return leaf(issuer)


SELF = leaf(None)
LIMITED = intermediate(TOP, "Limited", path_length=0)
HALF = leaf(ISSUING)

CASES: dict[str, Callable[[], Case]] = {
    "plain": lambda: Case(leaf(TOP), TOP.pem),
    "intermediate": lambda: Case(leaf(ISSUING), TOP.pem),
    "root-sent-too": lambda: Case(HALF, TOP.pem, chain=HALF.chain_pem + TOP.pem),
    "wrong-order": lambda: Case(HALF, TOP.pem, chain=HALF.pem + OTHER.pem + pem(ISSUING.certificate)),
    "intermediate-trusted": lambda: Case(HALF, pem(ISSUING.certificate), chain=HALF.pem),
    "server-trusted": lambda: Case(HALF, HALF.pem, chain=HALF.pem),
    "self-signed-trusted": lambda: Case(SELF, SELF.pem),
    "self-signed": lambda: Case(SELF, TOP.pem),
    "leaf-alone": lambda: Case(HALF, TOP.pem, chain=HALF.pem),
    "other-root": lambda: Case(HALF, OTHER.pem),
    "other-root-sent": lambda: Case(HALF, OTHER.pem, chain=HALF.chain_pem + TOP.pem),
    "same-name-other-key": lambda: Case(HALF, root("Root").pem),
    "old-and-new-root": lambda: Case(leaf(TOP), pem(reissued(TOP, TOP, days=10, age=30)) + TOP.pem),
    "expired": lambda: Case(leaf(TOP, days=10, age=30), TOP.pem),
    "expired-root": lambda: Case(leaf(OLD), OLD.pem),
    "not-yet-valid": lambda: Case(leaf(TOP, age=-5), TOP.pem),
    "no-authority": lambda: Case(leaf(intermediate(TOP, "Pretender", authority=False)), TOP.pem),
    "issued-by-a-server": lambda: Case(leaf(leaf(TOP, ["other.example.test"])), TOP.pem),
    "path-length-kept": lambda: Case(leaf(LIMITED), TOP.pem),
    "path-length-exceeded": lambda: Case(leaf(intermediate(LIMITED, "Below")), TOP.pem),
    "may-not-sign": lambda: Case(leaf(intermediate(TOP, "No Signer", issues=False)), TOP.pem),
    "name-permitted": lambda: Case(leaf(intermediate(TOP, "Names", permitted=["localhost"]), ["localhost"]), TOP.pem),
    "name-not-permitted": lambda: Case(
        leaf(intermediate(TOP, "Names", permitted=["example.test"]), ["localhost"]), TOP.pem
    ),
    "for-clients": lambda: Case(leaf(TOP, usage=ExtendedKeyUsageOID.CLIENT_AUTH), TOP.pem),
    "for-anything": lambda: Case(leaf(TOP, usage=None), TOP.pem),
    "key-for-agreement": lambda: Case(server_with(usage(digital_signature=True)), TOP.pem),
    "critical-and-unknown": lambda: Case(unknown_extension(), TOP.pem),
    "other-name": lambda: Case(leaf(TOP, ["erp.example.test"]), TOP.pem),
    "wildcard": lambda: Case(leaf(TOP, ["*.localhost"]), TOP.pem),
    "rsa": lambda: Case(leaf(TOP, key=rsa_key(2048)), TOP.pem),
    "six-authorities": lambda: Case(deep(6), TOP.pem),
}
OLD = root("Old Root", days=100, age=130)


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_that_of_the_library(name: str, tmp_path: Path) -> None:
    case = CASES[name]()
    assert bool(named(case)) is not taken(case, tmp_path), named(case)


EXPECTED = {
    "leaf-alone": ["root-missing"],
    "no-authority": ["unusable-link"],
    "path-length-exceeded": ["unusable-link"],
    "may-not-sign": ["unusable-link"],
    "name-not-permitted": ["unusable-link"],
    "critical-and-unknown": ["unusable-link"],
    "expired-root": ["expired"],
    "wildcard": ["name"],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_wrong_is_said(name: str) -> None:
    assert named(CASES[name]()) == EXPECTED[name]


def test_a_way_is_found_past_an_issuer_that_leads_nowhere(tmp_path: Path) -> None:
    """OpenSSL tries the first issuer alone; Java, Go and browsers go on to the next, and so do we."""
    case = crossed()
    assert not named(case)
    assert not taken(case, tmp_path)


def test_a_chain_without_end_is_left_where_it_ends() -> None:
    """A hundred certificates, each of which may have issued each: no more than a moment is spent on them."""
    keys = [root("Loop") for _ in range(100)]
    shown = [one.certificate for one in keys]
    began = time.perf_counter()
    found = chains.path(shown, [OTHER.certificate])
    assert found.anchor is None
    assert time.perf_counter() - began < 2


def test_what_cannot_be_read_is_passed_over() -> None:
    text = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"
    assert chains.certificate(text) is None
    assert chains.certificates([text, TOP.pem]) == (TOP.certificate,)


def links(found: chains.Path) -> Sequence[str]:
    return [chains.name(one) for one in found.whole]


def test_of_two_ways_the_better_one_is_taken() -> None:
    """An authority that was certified twice: once by a root that ended."""
    ended = root("Ended Root", days=10, age=30)
    authority = intermediate(TOP, "Twice")
    server = leaf(authority)
    shown = [server.certificate, reissued(ended, authority), authority.certificate]
    now = datetime.now(UTC)

    def trouble(whole: tuple[x509.Certificate, ...]) -> int:
        return sum(one.not_valid_after_utc < now for one in whole)

    found = chains.path(shown, [ended.certificate, TOP.certificate], trouble)
    assert links(found) == ["CN=localhost", "CN=Twice", "CN=Root"]
