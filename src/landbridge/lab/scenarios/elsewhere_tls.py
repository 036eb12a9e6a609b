"""TLS as it is met elsewhere: two mistakes at once, chains in disorder, servers that want a name (rows 2, 3 and 12)."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, socket
from struct import pack

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.lab.pki import Pair, crossed, intermediate, leaf, root, rsa_key, with_old_signature, with_pss_signature
from landbridge.lab.scenario import HEALTHY, Scenario, Staged
from landbridge.lab.scenarios.tls_stage import TlsTarget, speaking, stage
from landbridge.lab.servers.blocking import listening, read_on, server_context, tls
from landbridge.lab.servers.proxy import refusing
from landbridge.lab.servers.web import answer, web

OURS, THEIRS, NETWORK = "outbound.cert-path", "inbound.peer-cert-untrusted", "inbound.icm-connection-failed"
_OTHER = ["erp.example.test"]
_CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


def _expired(*options: str) -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, _OTHER, days=10, age=30), top.pem, options=options)


def _old_and_its_own() -> TlsTarget:
    return TlsTarget(leaf(None, days=10, age=30), root("Lab Root").pem)


def _stranger_and_other_name() -> TlsTarget:
    return TlsTarget(leaf(root("Unknown Root"), _OTHER), root("Lab Root").pem)


def _stranger_of_tomorrow() -> TlsTarget:
    return TlsTarget(leaf(root("Unknown Root"), age=-3), root("Lab Root").pem)


def _last_years_issuer() -> TlsTarget:
    top = root("Lab Root")
    pair, old = leaf(intermediate(top, "Issuing CA 2026")), intermediate(top, "Issuing CA 2022")
    return TlsTarget(pair, top.pem, chain=pair.pem + old.pem)


def _issuer_of_the_same_name() -> TlsTarget:
    top = root("Lab Root")
    pair, other = leaf(intermediate(top, "Issuing CA")), intermediate(top, "Issuing CA")
    return TlsTarget(pair, top.pem, chain=pair.pem + other.pem)


def _root_of_the_same_name(sent: bool) -> TlsTarget:
    ours, theirs = root("Company Root CA"), root("Company Root CA")
    pair = leaf(theirs)
    return TlsTarget(pair, ours.pem, chain=pair.pem + (theirs.pem if sent else ""))


def _issuer_over() -> TlsTarget:
    top = root("Lab Root")
    issuing = intermediate(top, "Lab Issuing CA")
    return TlsTarget(leaf(Pair(crossed(issuing, top, days=10, age=30), issuing.key)), top.pem)


def _wildcard() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, ["*.localhost", "*.example.test"]), top.pem)


def _common_name_alone() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, [], common_name="localhost"), top.pem)


def _address_as_name() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, [x509.DNSName("127.0.0.1")]), top.pem, host="127.0.0.1")


def _soon() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, age=-0.003), top.pem)


def _wants_a_name(host: str) -> TlsTarget:
    """Shows nothing to those who send another name than its own, or none."""
    top = root("Lab Root")

    def adjust(context: ssl.SSLContext) -> None:
        def choose(connection: ssl.SSLObject, name: str | None, usual: ssl.SSLContext) -> int | None:
            return None if name in _OTHER else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

        context.sni_callback = choose

    return TlsTarget(leaf(top, _OTHER), top.pem, host=host, adjust=adjust)


def _until_12(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def _certificate_demanded() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, clients=root("Lab Client CA").pem, adjust=_until_12)


def _ours_is_over() -> TlsTarget:
    top, clients = root("Lab Root"), root("Lab Client CA")
    mine = leaf(clients, ["me"], usage=_CLIENT, days=10, age=30)
    return TlsTarget(leaf(top), top.pem, clients=clients.pem, client=mine)


def _ours_is_alone() -> TlsTarget:
    top, clients = root("Lab Root"), root("Lab Client CA")
    mine = leaf(intermediate(clients, "Lab Client Issuing CA"), ["me"], usage=_CLIENT)
    return TlsTarget(leaf(top), top.pem, clients=clients.pem, client=Pair(mine.certificate, mine.key))


def _in_disorder() -> TlsTarget:
    top = root("Lab Root")
    upper = intermediate(top, "Lab CA 1")
    lower = intermediate(upper, "Lab CA 2")
    pair = leaf(lower)
    return TlsTarget(pair, top.pem, chain=pair.pem + top.pem + upper.pem + lower.pem)


def _cross_signed(age: float) -> TlsTarget:
    """The new root is trusted; the chain goes on to the old one, which may be over."""
    old, new = root("Old Root", days=30, age=age), root("New Root")
    issuing = intermediate(new, "Lab Issuing CA")
    pair = leaf(issuing)
    cross = crossed(new, old, days=30, age=age).public_bytes(serialization.Encoding.PEM).decode()
    return TlsTarget(pair, new.pem, chain=pair.pem + issuing.pem + cross)


def _old_copy_of_the_root() -> TlsTarget:
    new = root("Lab Root")
    pair, old = leaf(new), root("Lab Root", days=10, age=30, key=new.key)
    return TlsTarget(pair, new.pem, chain=pair.pem + old.pem)


def _twice() -> TlsTarget:
    top = root("Lab Root")
    issuing = intermediate(top, "Lab Issuing CA")
    pair = leaf(issuing)
    return TlsTarget(pair, top.pem, chain=(pair.pem + issuing.pem) * 2)


def _ed25519() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, key=ed25519.Ed25519PrivateKey.generate()), top.pem)


def _pss() -> TlsTarget:
    top = root("Lab Root", key=rsa_key(2048))
    return TlsTarget(with_pss_signature(leaf(top), top), top.pem)


def _sha1_root() -> TlsTarget:
    top = root("Lab Root", key=rsa_key(2048))
    old = with_old_signature(top, top)
    pair = leaf(old)
    return TlsTarget(pair, old.pem, chain=pair.pem + old.pem)


def _certificate_optional() -> TlsTarget:
    top, clients = root("Lab Root"), root("Lab Client CA")

    def adjust(context: ssl.SSLContext) -> None:
        _until_12(context)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=clients.pem)

    return TlsTarget(leaf(top), top.pem, adjust=adjust)


@asynccontextmanager
async def _patient(folder: Path) -> AsyncIterator[Staged]:
    """Waits for the end of a request that is none."""
    with listening(web(lambda call: answer(200))) as port:
        command = ("probe", "tls", f"localhost:{port}", "--timeout", "1")
        yield Staged(command, "It speaks plain text, and waits for more of it.")


@asynccontextmanager
async def _reset(folder: Path) -> AsyncIterator[Staged]:
    def serve(connection: socket) -> None:
        # Closing without lingering sends a reset.
        connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))

    with listening(serve) as port:
        yield Staged(("probe", "tls", f"localhost:{port}"), "It resets what it took.")


@asynccontextmanager
async def _other_family(folder: Path) -> AsyncIterator[Staged]:
    with listening(read_on) as port:
        yield Staged(("probe", "tls", f"[::1]:{port}"), "It listens on IPv4, and is called by IPv6.")


@asynccontextmanager
async def _forbidden_by_proxy(folder: Path) -> AsyncIterator[Staged]:
    top = root("Lab Root")
    trusted = folder / "trusted.pem"
    trusted.write_text(top.pem)
    context = server_context(leaf(top), folder)
    with listening(tls(context)) as port, listening(refusing("403 Forbidden")) as proxy:
        options = ("--trust", str(trusted), "--proxy", f"http://localhost:{proxy}", "--as", "endpoint")
        yield Staged(("probe", "tls", f"localhost:{port}", *options), "The proxy's rules forbid this host.")


FAILING = (
    Scenario(OURS, "expired", stage("It is over, and for another host.", _expired), "and-name"),
    Scenario(OURS, "expired", stage("It is over, and its own issuer.", _old_and_its_own), "and-self-signed"),
    Scenario(OURS, "expired", stage("Its issuer is over.", _issuer_over), "intermediate"),
    Scenario(
        THEIRS, "expired", stage("It is over, and for another host.", lambda: _expired("--as", "endpoint")), "two"
    ),
    Scenario(OURS, "name", stage("Unknown authority, other host.", _stranger_and_other_name), "and-root"),
    Scenario(OURS, "name", stage("The wildcard does not cover it.", _wildcard), "wildcard"),
    Scenario(OURS, "name", stage("It has a common name alone.", _common_name_alone), "common-name"),
    Scenario(OURS, "name", stage("The address is written as a name.", _address_as_name), "address"),
    Scenario(OURS, "name", stage("It knows no such name.", lambda: _wants_a_name("localhost")), "alert"),
    Scenario(OURS, "sni", stage("It shows itself by name alone.", lambda: _wants_a_name("127.0.0.1")), "alert"),
    Scenario(OURS, "not-yet-valid", stage("Unknown authority, from in three days.", _stranger_of_tomorrow), "and-root"),
    Scenario(OURS, "not-yet-valid", stage("It begins in four minutes.", _soon), "clock"),
    Scenario(OURS, "intermediate-not-sent", stage("It sends last year's issuer.", _last_years_issuer), "old"),
    Scenario(OURS, "intermediate-not-sent", stage("The issuer's name alone fits.", _issuer_of_the_same_name), "key"),
    Scenario(OURS, "root-missing", stage("The root's name alone fits.", lambda: _root_of_the_same_name(False)), "key"),
    Scenario(OURS, "root-missing", stage("The same, sent.", lambda: _root_of_the_same_name(True)), "key-sent"),
    Scenario(OURS, "client-cert-needed", stage("It demands one, in TLS 1.2.", _certificate_demanded), "tls-1.2"),
    Scenario(OURS, "client-cert-needed", stage("Ours is over.", _ours_is_over), "over"),
    Scenario(OURS, "client-cert-needed", stage("Ours is sent without its issuer.", _ours_is_alone), "alone"),
    Scenario(OURS, "starttls-port", speaking(b"+OK ready\r\n", "It is a mailbox."), "pop3"),
    Scenario(OURS, "plain-port", speaking(b"\x4a\0\0\0\x0a8.0.36\0", "It is a database."), "database"),
    Scenario(OURS, "plain-port", _patient, "patient"),
    Scenario(NETWORK, "broken-later", _reset, "reset"),
    Scenario(NETWORK, "refused", _other_family, "family"),
    Scenario(NETWORK, "proxy-wrong", _forbidden_by_proxy, "forbidden"),
)
HEALTHY_ONES = (
    Scenario(HEALTHY, "tls", stage("The chain is in disorder, with its root.", _in_disorder), "disorder"),
    Scenario(HEALTHY, "tls", stage("Another root signed the root too.", lambda: _cross_signed(1)), "cross-signed"),
    Scenario(HEALTHY, "tls", stage("The other root is over.", lambda: _cross_signed(60)), "cross-signed-over"),
    Scenario(HEALTHY, "tls", stage("An old copy of the root is sent.", _old_copy_of_the_root), "old-root"),
    Scenario(HEALTHY, "tls", stage("Everything is sent twice.", _twice), "twice"),
    Scenario(HEALTHY, "tls", stage("Its key is Ed25519.", _ed25519), "ed25519"),
    Scenario(HEALTHY, "tls", stage("Its signature is RSA-PSS.", _pss), "rsa-pss"),
    Scenario(HEALTHY, "tls", stage("The root signed itself with SHA-1.", _sha1_root), "sha-1-root"),
    Scenario(HEALTHY, "tls", stage("It asks for ours, and does without.", _certificate_optional), "optional"),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
