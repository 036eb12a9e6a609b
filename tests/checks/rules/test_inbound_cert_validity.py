"""Refused client certificates: what is judged from the alert, the certificate, and the authorities that are named."""

from __future__ import annotations

import time

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.checks.diagnose import diagnose
from landbridge.checks.evidence import Effect, Evidence, Layer, Perspective, Step, Target
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import IssuerFetched, OurCertificate, TlsHandshake
from landbridge.lab.pki import Pair, intermediate, leaf, root

TOP = root("Client Authority")
ISSUING = intermediate(TOP, "Issuing Authority")
NAMED = ("CN=Client Authority", "CN=Third Authority")
UNKNOWN_CA, EXPIRED, REQUIRED, FAILURE = 48, 45, 116, 40


def mine(issuer: Pair, address: str = "") -> Pair:
    return leaf(issuer, ["shop"], usage=ExtendedKeyUsageOID.CLIENT_AUTH, issuer_address=address)


def judged(
    alert: int,
    pem: str = "",
    authorities: tuple[str, ...] = NAMED,
    fetched: Pair | None = None,
    perspective: Perspective = Perspective.ENDPOINT,
    ended: str = "alert",
    asked: bool = True,
) -> list[tuple[str, Confidence]]:
    shaken = TlsHandshake(
        host="tenant.example.test",
        port=443,
        server_name="tenant.example.test",
        version="TLSv1.3",
        certificate_asked=asked,
        certificate_sent=bool(pem),
        authorities=authorities,
        alert=alert,
        ended=ended,
    )
    steps = [Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, seen=(shaken,))]
    if pem:
        ours = OurCertificate(
            chain=tuple(f"{one}-----END CERTIFICATE-----" for one in pem.split("-----END CERTIFICATE-----")[:-1])
        )
        steps.insert(0, Step(probe="our-certificate", layer=Layer.TLS_CLIENT, effect=Effect.PASSIVE, seen=(ours,)))
    if fetched is not None:
        fact = IssuerFetched(subject="CN=shop", address="http://ca.example.test/", certificate=fetched.pem)
        steps.append(Step(probe="own-issuers", layer=Layer.TLS_CLIENT, effect=Effect.SAFE, seen=(fact,)))
    target = Target(protocol="tls", host="tenant.example.test", port=443, perspective=perspective)
    found = diagnose(Evidence(target=target, at=time.time(), steps=tuple(steps)))
    return [(one.cause, one.confidence) for one in found if one.failure == "inbound.cert-validity"]


def test_a_missing_link_that_leads_to_a_named_authority_is_proven() -> None:
    assert judged(UNKNOWN_CA, mine(ISSUING).pem, fetched=ISSUING) == [("chain-incomplete", Confidence.PROVEN)]


def test_a_missing_link_that_leads_elsewhere_is_not_what_is_missing() -> None:
    other = intermediate(root("Another Authority"), "Issuing Authority")
    assert judged(UNKNOWN_CA, mine(other).pem, fetched=other) == [("ca-unsupported", Confidence.CONSISTENT)]


def test_a_link_that_could_be_fetched_is_named_without_certainty() -> None:
    pem = mine(ISSUING, "http://ca.example.test/issuing.cer").pem
    assert judged(UNKNOWN_CA, pem) == [("chain-incomplete", Confidence.CONSISTENT)]


def test_a_complete_chain_to_another_authority_is_proven() -> None:
    other = root("Another Authority")
    assert judged(UNKNOWN_CA, mine(other).pem + other.pem) == [("ca-unsupported", Confidence.PROVEN)]


def test_a_named_authority_is_not_the_trouble() -> None:
    assert judged(UNKNOWN_CA, mine(TOP).pem) == []


@pytest.mark.parametrize("alert", [REQUIRED, FAILURE])
def test_no_certificate(alert: int) -> None:
    assert judged(alert) == [("none-sent", Confidence.PROVEN)]


def test_an_end_without_a_word_is_less_certain() -> None:
    assert judged(-1, ended="closed") == [("none-sent", Confidence.CONSISTENT)]
    over = leaf(TOP, ["shop"], days=10, age=30, usage=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert judged(-1, over.pem, ended="reset") == [("client-expired", Confidence.CONSISTENT)]
    assert judged(EXPIRED, over.pem) == [("client-expired", Confidence.PROVEN)]


def test_where_no_certificate_was_asked_for_or_we_are_no_sender_the_row_is_another() -> None:
    assert judged(FAILURE, asked=False) == []
    assert judged(REQUIRED, perspective=Perspective.RECEIVER) == []


def test_a_certificate_that_is_taken_is_no_finding() -> None:
    assert judged(-1, mine(root("Another Authority")).pem, ended="open") == []
