"""TLS servers with which nothing is wrong."""

from __future__ import annotations

import ssl

from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.lab.pki import intermediate, leaf, root, rsa_key
from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.tls_stage import TlsTarget, stage


def _plain() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem)


def _intermediate() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(intermediate(top, "Lab Issuing CA")), top.pem)


def _with_root() -> TlsTarget:
    top = root("Lab Root")
    pair = leaf(intermediate(top, "Lab Issuing CA"))
    return TlsTarget(pair, top.pem, chain=pair.chain_pem + top.pem)


def _by_address() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, host="127.0.0.1")


def _self_signed_and_trusted() -> TlsTarget:
    pair = leaf(None)
    return TlsTarget(pair, pair.pem)


def _mutual() -> TlsTarget:
    top, clients = root("Lab Root"), root("Lab Client CA")
    client = leaf(clients, ["someone"], usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    return TlsTarget(leaf(top), top.pem, clients=clients.pem, client=client)


def _rsa() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top, key=rsa_key(2048)), top.pem)


def _tls12() -> TlsTarget:
    def older(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, adjust=older)


SCENARIOS = (
    Scenario(HEALTHY, "tls", stage("A server as it should be.", _plain)),
    Scenario(HEALTHY, "tls", stage("The chain has an intermediate.", _intermediate), "intermediate"),
    Scenario(HEALTHY, "tls", stage("The root is presented as well.", _with_root), "with-root"),
    Scenario(HEALTHY, "tls", stage("It is called by its address.", _by_address), "address"),
    Scenario(HEALTHY, "tls", stage("The certificate itself is trusted.", _self_signed_and_trusted), "self-signed"),
    Scenario(HEALTHY, "tls", stage("Both sides have certificates.", _mutual), "mutual"),
    Scenario(HEALTHY, "tls", stage("Its key is RSA.", _rsa), "rsa"),
    Scenario(HEALTHY, "tls", stage("It speaks TLS 1.2.", _tls12), "tls-1.2"),
)
