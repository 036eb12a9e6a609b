"""outbound.cert-path: certificates that are not accepted (failure-catalogue, row 12)."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from socket import socket

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.lab.pki import intermediate, leaf, root, rsa_key, with_old_signature
from landbridge.lab.scenario import Scenario, Staged
from landbridge.lab.scenarios.tls_stage import TlsTarget, by_name, speaking, stage
from landbridge.lab.servers.blocking import file, garbage_certificate, listening, server_context
from landbridge.lab.servers.proxy import inspecting

FAILURE = "outbound.cert-path"


def _intermediate_not_sent() -> TlsTarget:
    top = root("Lab Root")
    pair = leaf(intermediate(top, "Lab Issuing CA"), issuer_address="http://pki.example.test/issuing.cer")
    return TlsTarget(pair, top.pem, chain=pair.pem)


def _root_behind_an_intermediate() -> TlsTarget:
    pair = leaf(intermediate(root("Lab Root"), "Lab Issuing CA"))
    return TlsTarget(pair, root("Another Root").pem)


def _private_root() -> TlsTarget:
    return TlsTarget(leaf(root("Lab Root")), root("Another Root").pem)


def _root_missing() -> TlsTarget:
    top = root("Lab Root")
    pair = leaf(intermediate(top, "Lab Issuing CA"))
    return TlsTarget(pair, root("Another Root").pem, chain=pair.chain_pem + top.pem)


def _self_signed() -> TlsTarget:
    return TlsTarget(leaf(None), root("Lab Root").pem)


def _expired() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, days=10, age=30), top.pem)


def _expired_root() -> TlsTarget:
    top = root("Lab Root", days=100, age=130)
    return TlsTarget(leaf(top), top.pem)


def _not_yet_valid() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, age=-5), top.pem)


def _other_name() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, ["erp.example.test"]), top.pem)


def _client_certificate_needed() -> TlsTarget:
    top, clients = root("Lab Root"), root("Lab Client CA")
    return TlsTarget(leaf(top), top.pem, clients=clients.pem)


def _client_certificate_refused() -> TlsTarget:
    top, clients = root("Lab Root"), root("Lab Client CA")
    client = leaf(root("Unknown CA"), ["someone"], usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    return TlsTarget(leaf(top), top.pem, clients=clients.pem, client=client)


def _no_authority() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(intermediate(top, "Lab Issuing CA", authority=False)), top.pem)


def _too_deep() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(intermediate(intermediate(top, "Upper CA", path_length=0), "Lower CA")), top.pem)


def _other_names_only() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(intermediate(top, "Lab Issuing CA", permitted=["example.test"]), ["localhost"]), top.pem)


def _for_clients() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, usage=ExtendedKeyUsageOID.CLIENT_AUTH), top.pem)


def _old_signature() -> TlsTarget:
    top = root("Lab Root", key=rsa_key(2048))
    return TlsTarget(with_old_signature(leaf(top), top), top.pem)


def _old_version() -> TlsTarget:
    def older(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, adjust=older)


def _needs_name() -> TlsTarget:
    top, other = root("Lab Root"), root("Hosting Root")
    return TlsTarget(
        leaf(other, ["hosting.example.test"]),
        top.pem,
        host="127.0.0.1",
        adjust=by_name(leaf(top, ["erp.example.test"])),
        options=("--server-name", "erp.example.test"),
    )


def _weak() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, key=rsa_key(1024)), top.pem)


@asynccontextmanager
async def _fetched(folder: Path, made: Callable[[str], TlsTarget], offered: x509.Certificate) -> AsyncIterator[Staged]:
    """With a place from which an issuer can be fetched."""
    with listening(file(offered.public_bytes(serialization.Encoding.DER))) as port:
        target = made(f"http://localhost:{port}/issuer.cer")
        async with stage("The missing issuer can be fetched.", lambda: target)(folder) as staged:
            yield Staged((*staged.command, "--fetch-issuers"), staged.story)


def _intermediate_fetched(folder: Path) -> AbstractAsyncContextManager[Staged]:
    top = root("Lab Root")
    issuing = intermediate(top, "Lab Issuing CA")

    def made(address: str) -> TlsTarget:
        pair = leaf(issuing, issuer_address=address)
        return TlsTarget(pair, top.pem, chain=pair.pem)

    return _fetched(folder, made, issuing.certificate)


def _root_fetched(folder: Path) -> AbstractAsyncContextManager[Staged]:
    top = root("Lab Root")
    return _fetched(
        folder, lambda address: TlsTarget(leaf(top, issuer_address=address), root("Another").pem), top.certificate
    )


@asynccontextmanager
async def _inspected(folder: Path) -> AsyncIterator[Staged]:
    top, company = root("Lab Root"), root("Company Inspection CA")
    context = server_context(leaf(company), folder)
    with listening(inspecting(context)) as proxy:
        target = TlsTarget(leaf(top), top.pem, options=("--proxy", f"http://localhost:{proxy}"))
        async with stage("A proxy opens TLS and closes it again.", lambda: target)(folder) as staged:
            yield staged


@asynccontextmanager
async def _garbage(folder: Path) -> AsyncIterator[Staged]:
    """TLS 1.2 by hand: no library would send such a certificate."""

    def serve(connection: socket) -> None:
        connection.recv(65_536)
        connection.sendall(garbage_certificate())
        connection.recv(1000)

    with listening(serve) as port:
        yield Staged(("probe", "tls", f"localhost:{port}"), "The certificate is no certificate.")


SCENARIOS = (
    Scenario(FAILURE, "intermediate-not-sent", stage("A server sends its certificate alone.", _intermediate_not_sent)),
    Scenario(FAILURE, "root-missing", stage("The chain is whole, its root is not trusted.", _root_missing)),
    Scenario(FAILURE, "intermediate-not-sent", _intermediate_fetched, "fetched"),
    Scenario(FAILURE, "root-missing", _root_fetched, "fetched"),
    Scenario(FAILURE, "root-missing", stage("The root is not sent either.", _root_behind_an_intermediate), "not-sent"),
    Scenario(FAILURE, "root-missing", stage("A private root has issued it.", _private_root), "private"),
    Scenario(FAILURE, "unusable-link", stage("The issuer is no authority.", _no_authority), "no-authority"),
    Scenario(FAILURE, "unusable-link", stage("The chain is too long for an authority.", _too_deep), "path-length"),
    Scenario(FAILURE, "unusable-link", stage("The issuer may not issue for it.", _other_names_only), "names"),
    Scenario(FAILURE, "unusable-link", stage("The certificate is for clients.", _for_clients), "purpose"),
    Scenario(FAILURE, "unusable-link", _garbage, "garbage"),
    Scenario(FAILURE, "inspection-proxy", _inspected),
    Scenario(FAILURE, "sni", stage("It needs the name, and is called by its address.", _needs_name)),
    Scenario(FAILURE, "weak-algorithm", stage("SHA-1 signed it.", _old_signature), "sha-1"),
    Scenario(FAILURE, "weak-algorithm", stage("It speaks TLS 1.1.", _old_version), "tls-1.1"),
    Scenario(FAILURE, "self-signed", stage("The certificate is its own issuer.", _self_signed)),
    Scenario(FAILURE, "expired", stage("The certificate ended some days ago.", _expired)),
    Scenario(FAILURE, "expired", stage("The trusted root ended some days ago.", _expired_root), "root"),
    Scenario(FAILURE, "not-yet-valid", stage("The certificate begins in five days.", _not_yet_valid)),
    Scenario(FAILURE, "name", stage("The certificate is for another host.", _other_name)),
    Scenario(FAILURE, "client-cert-needed", stage("It wants our certificate.", _client_certificate_needed), "none"),
    Scenario(FAILURE, "client-cert-needed", stage("It refuses ours.", _client_certificate_refused), "refused"),
    Scenario(FAILURE, "weak-algorithm", stage("Its key is too short.", _weak)),
    Scenario(FAILURE, "plain-port", speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n", "The port speaks plain HTTP.")),
    Scenario(FAILURE, "starttls-port", speaking(b"220 mail.example.test ESMTP\r\n", "The port begins in plain text.")),
)
