"""inbound.cert-validity: entrances that refuse the sender's certificate (failure-catalogue, row 1); and old TLS."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.lab.pki import Pair, intermediate, leaf, root, rsa_key
from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.tls_stage import TlsTarget, stage
from landbridge.lab.servers.blocking import file, listening

FAILURE, THEIRS, OURS = "inbound.cert-validity", "inbound.peer-cert-untrusted", "outbound.cert-path"
_ENDPOINT = ("--as", "endpoint")
_ME = ["shop.example.test"]
_CLIENTS = "Client Authority"

Made = Callable[[Pair], Pair | None]
"""The sender's certificate, where that authority is the accepted one."""


def _entrance(client: Made, newest: ssl.TLSVersion | None = None, options: tuple[str, ...] = _ENDPOINT) -> TlsTarget:
    """An entrance that insists on a certificate."""

    def adjust(context: ssl.SSLContext) -> None:
        if newest is not None:
            context.maximum_version = newest

    top, clients = root("Public Root"), root(_CLIENTS)
    return TlsTarget(leaf(top), top.pem, clients=clients.pem, client=client(clients), options=options, adjust=adjust)


def _refusing(text: str, client: Made, newest: ssl.TLSVersion | None = None) -> Stage:
    return stage(text, lambda: _entrance(client, newest))


def _mine(issuer: Pair | None, *, days: float = 90, age: float = 1) -> Pair:
    return leaf(issuer, _ME, days=days, age=age, usage=ExtendedKeyUsageOID.CLIENT_AUTH)


def _alone(pair: Pair) -> Pair:
    """Without what leads up from it."""
    return Pair(pair.certificate, pair.key)


@asynccontextmanager
async def _half(folder: Path) -> AsyncIterator[Staged]:
    """The sender's issuer stays at home, and can be fetched."""
    clients = root(_CLIENTS)
    issuing = intermediate(clients, "Issuing Authority")
    with listening(file(issuing.certificate.public_bytes(Encoding.DER))) as port:
        mine = leaf(
            issuing,
            _ME,
            usage=ExtendedKeyUsageOID.CLIENT_AUTH,
            issuer_address=f"http://localhost:{port}/issuing.cer",
        )
        top = root("Public Root")
        options = (*_ENDPOINT, "--fetch-issuers")
        target = TlsTarget(leaf(top), top.pem, clients=clients.pem, client=_alone(mine), options=options)
        async with stage("The sender's certificate comes alone.", lambda: target)(folder) as staged:
            yield staged


def _weak() -> TlsTarget:
    """The sender's key is short, and the entrance has today's standards."""

    def adjust(context: ssl.SSLContext) -> None:
        context.set_ciphers("DEFAULT:@SECLEVEL=2")

    top, clients = root("Public Root"), root(_CLIENTS)
    mine = leaf(clients, _ME, key=rsa_key(1024), usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    return TlsTarget(leaf(top), top.pem, clients=clients.pem, client=mine, options=_ENDPOINT, adjust=adjust)


def _versions(server: ssl.TLSVersion, *options: str) -> TlsTarget:
    def adjust(context: ssl.SSLContext) -> None:
        context.minimum_version = server

    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, adjust=adjust, options=options)


def _strange_cipher(*options: str) -> TlsTarget:
    """A server that has nothing but ciphers without certificates, which nobody else speaks."""

    def adjust(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("PSK:@SECLEVEL=0")

    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, adjust=adjust, options=options)


_12 = ssl.TLSVersion.TLSv1_2

SCENARIOS = (
    Scenario(FAILURE, "none-sent", _refusing("The sender has no certificate.", lambda clients: None)),
    Scenario(FAILURE, "none-sent", _refusing("The same in TLS 1.2.", lambda clients: None, _12), "tls-1.2"),
    Scenario(FAILURE, "client-expired", _refusing("It is over.", lambda clients: _mine(clients, days=10, age=30))),
    Scenario(
        FAILURE,
        "client-expired",
        _refusing("TLS 1.2.", lambda clients: _mine(clients, days=10, age=30), _12),
        "tls-1.2",
    ),
    Scenario(FAILURE, "client-not-yet-valid", _refusing("It begins later.", lambda clients: _mine(clients, age=-5))),
    Scenario(FAILURE, "eku-missing", _refusing("It is for servers.", lambda clients: leaf(clients, _ME))),
    Scenario(FAILURE, "self-signed-client", _refusing("It is its own issuer.", lambda clients: _mine(None))),
    Scenario(FAILURE, "chain-incomplete", _half),
    Scenario(
        FAILURE, "ca-unsupported", _refusing("Of another authority.", lambda clients: _mine(root("Another Authority")))
    ),
    Scenario(FAILURE, "weak", stage("Its key has 1024 bits.", _weak)),
    Scenario(
        THEIRS,
        "protocol-or-closed",
        stage("It has no cipher that the sender knows.", lambda: _strange_cipher(*_ENDPOINT)),
        "cipher",
    ),
    Scenario(
        OURS,
        "nothing-in-common",
        stage("It wants TLS 1.3.", lambda: _versions(ssl.TLSVersion.TLSv1_3, "--tls", "1.2")),
        "version",
    ),
    Scenario(OURS, "nothing-in-common", stage("It has no cipher that others know.", _strange_cipher), "cipher"),
    Scenario(HEALTHY, "endpoint", _refusing("The right certificate.", _mine), "certificate"),
    Scenario(
        HEALTHY,
        "endpoint",
        _refusing("With its issuer.", lambda clients: _mine(intermediate(clients, "Issuing Authority"))),
        "certificate-chain",
    ),
    Scenario(HEALTHY, "tls", stage("1.2 is enough.", lambda: _versions(_12, "--tls", "1.2")), "tls-1.2"),
)
