"""outbound.cert-path: certificates that are not accepted (failure-catalogue, row 12)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket

from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.lab.pki import intermediate, leaf, root, rsa_key
from landbridge.lab.scenario import Scenario, Stage, Staged
from landbridge.lab.scenarios.tls_stage import TlsTarget, stage
from landbridge.lab.servers.blocking import listening

FAILURE = "outbound.cert-path"


def _intermediate_not_sent() -> TlsTarget:
    top = root("Lab Root")
    pair = leaf(intermediate(top, "Lab Issuing CA"), issuer_address="http://pki.example.test/issuing.cer")
    return TlsTarget(pair, top.pem, chain=pair.pem)


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


def _weak() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, key=rsa_key(1024)), top.pem)


def _speaking(greeting: bytes, story: str) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        def serve(connection: socket) -> None:
            connection.sendall(greeting)
            connection.recv(1000)

        with listening(serve) as port:
            yield Staged(("probe", "tls", f"localhost:{port}"), story)

    return staged


SCENARIOS = (
    Scenario(FAILURE, "intermediate-not-sent", stage("A server sends its certificate alone.", _intermediate_not_sent)),
    Scenario(FAILURE, "root-missing", stage("The chain is whole, its root is not trusted.", _root_missing)),
    Scenario(FAILURE, "self-signed", stage("The certificate is its own issuer.", _self_signed)),
    Scenario(FAILURE, "expired", stage("The certificate ended some days ago.", _expired)),
    Scenario(FAILURE, "expired", stage("The trusted root ended some days ago.", _expired_root), "root"),
    Scenario(FAILURE, "not-yet-valid", stage("The certificate begins in five days.", _not_yet_valid)),
    Scenario(FAILURE, "name", stage("The certificate is for another host.", _other_name)),
    Scenario(FAILURE, "client-cert-needed", stage("It wants our certificate.", _client_certificate_needed), "none"),
    Scenario(FAILURE, "client-cert-needed", stage("It refuses ours.", _client_certificate_refused), "refused"),
    Scenario(FAILURE, "weak-algorithm", stage("Its key is too short.", _weak)),
    Scenario(FAILURE, "plain-port", _speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n", "The port speaks plain HTTP.")),
    Scenario(FAILURE, "starttls-port", _speaking(b"220 mail.example.test ESMTP\r\n", "The port begins in plain text.")),
)
