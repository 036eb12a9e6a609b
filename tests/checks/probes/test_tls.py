"""TLS servers that behave badly: a finding or a step that says what failed, within the time."""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from socket import socket

import pytest

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Evidence, Perspective, Target, restored, stored
from landbridge.checks.observations import IssuerFetched, NameElsewhere, ProxyTried, TlsHandshake
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import Scene, Trust
from landbridge.checks.report import report
from landbridge.checks.terms import TlsTerms
from landbridge.lab.pki import Pair, intermediate, leaf, root
from landbridge.lab.servers.blocking import (
    Serve,
    file,
    garbage_certificate,
    listening,
    server_context,
    tls,
)
from landbridge.lab.servers.names import answering
from landbridge.lab.servers.proxy import refusing
from landbridge.model.secret import Secret
from landbridge.net.clock import system_clock
from landbridge.net.proxy import HttpProxy

pytestmark = pytest.mark.anyio
SECONDS = 1.0


async def seen(serve: Serve, trust: str = "", terms: TlsTerms | None = None) -> Evidence:
    with listening(serve) as port:
        scene = Scene(
            target=Target(protocol="tls", host="localhost", port=port, perspective=Perspective.ENDPOINT),
            dialler=DirectDialler(),
            clock=system_clock,
            trust=Trust("a file", (trust,) if trust else ()),
            tls=terms or TlsTerms(),
            seconds=SECONDS,
        )
        began = time.perf_counter()
        evidence = await observe(scene, PLANS["tls"].probes)
        assert time.perf_counter() - began < 6
    assert restored(stored(evidence)) == evidence
    return evidence


def problem(evidence: Evidence) -> str:
    shaken = evidence.first(TlsHandshake)
    assert shaken is not None
    return shaken.problem


def causes(evidence: Evidence) -> list[str]:
    return [one.name for one in report(evidence).findings]


def silent(connection: socket) -> None:
    while connection.recv(65_536):
        pass


def streaming(connection: socket) -> None:
    while True:
        connection.sendall(b"\x00" * 65_536)


def records(connection: socket) -> None:
    """A handshake message that says it is 16 MB long, and never ends."""
    connection.recv(65_536)
    connection.sendall(b"\x16\x03\x03\x40\x00\x0b\xff\xff\xff" + b"\x00" * 0x3FFC)
    while True:
        connection.sendall(b"\x16\x03\x03\x40\x00" + b"\x00" * 0x4000)


def garbage(connection: socket) -> None:
    connection.recv(65_536)
    connection.sendall(garbage_certificate())
    connection.recv(1000)


@pytest.mark.parametrize(
    ("serve", "expected", "cause"),
    [
        (silent, "timeout", "inbound.icm-connection-failed/broken-later"),
        (streaming, "not-tls", "inbound.peer-cert-untrusted/protocol-or-closed"),
        (records, "protocol", "inbound.peer-cert-untrusted/protocol-or-closed"),
        (garbage, "protocol", "inbound.peer-cert-untrusted/unusable-link"),
    ],
)
async def test_bad_servers_have_a_name(serve: Serve, expected: str, cause: str) -> None:
    evidence = await seen(serve)
    assert problem(evidence) == expected
    assert cause in causes(evidence)


def long_chain(length: int) -> tuple[Pair, Pair]:
    """A server with that many authorities between it and its root."""
    top = root("Root")
    issuer = top
    for number in range(length):
        issuer = intermediate(issuer, f"Authority {number}")
    return leaf(issuer), top


async def test_a_chain_of_a_hundred_is_shown_whole(tmp_path: Path) -> None:
    server, top = long_chain(99)
    evidence = await seen(tls(server_context(server, tmp_path)), trust=top.pem)
    found = report(evidence)
    assert len([one for one in found.chain if one.source == "with the name localhost"]) == 100
    assert found.findings
    assert [one.place for one in found.chain[:3]] == [1, 2, 3]


async def test_a_chain_that_clients_follow_is_followed(tmp_path: Path) -> None:
    server, top = long_chain(8)
    assert causes(await seen(tls(server_context(server, tmp_path)), trust=top.pem)) == []


async def test_certificates_are_listed_when_nothing_is_trusted(tmp_path: Path) -> None:
    pair = leaf(root("Root"), ["localhost", "erp.example.test"], days=10, age=30)
    (listed,) = report(await seen(tls(server_context(pair, tmp_path)))).chain
    assert listed.days_left == -21
    assert listed.names == ("localhost", "erp.example.test")
    assert "ended 21 days ago" in listed.line


async def fetched(content: Serve, tmp_path: Path, address: str = "") -> tuple[str, list[str]]:
    """What became of fetching the issuer, and the causes that are named then."""
    top = root("Root")
    issuing = intermediate(top, "Issuing")
    with listening(content) as port:
        pair = leaf(issuing, issuer_address=address or f"http://localhost:{port}/issuing.cer")
        context = server_context(pair, tmp_path, chain=pair.pem)
        evidence = await seen(tls(context), top.pem, TlsTerms(fetch_issuers=True))
    fact = evidence.first(IssuerFetched)
    return (fact.problem if fact is not None else "not asked"), causes(evidence)


def endless(connection: socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def not_found(connection: socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (silent, "no answer in time"),
        (endless, "the answer is longer than 262144 bytes"),
        (not_found, "the answer is 'HTTP/1.1 404 Not Found'"),
        (file(b"nothing of the kind"), "what is there is no certificate"),
        (file(root("Somebody").pem.encode()), "no certificate there issued it"),
    ],
)
async def test_an_issuer_that_cannot_be_fetched_is_no_proof(content: Serve, said: str, tmp_path: Path) -> None:
    told, found = await fetched(content, tmp_path)
    assert told == said
    assert found == ["inbound.peer-cert-untrusted/our-chain-incomplete"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ldap://localhost/issuing", "it is no address of HTTP"),
        ("http://localhost:99999/", "Port out of range 0-65535"),
        ("http://issuers.invalid/x.cer", "the name issuers.invalid is not known"),
    ],
)
async def test_addresses_of_issuers_are_not_believed(address: str, said: str, tmp_path: Path) -> None:
    told, _ = await fetched(silent, tmp_path, address=address)
    assert told == said


async def test_a_limit_on_versions_is_told(tmp_path: Path) -> None:
    context = server_context(leaf(root("Root")), tmp_path)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    evidence = await seen(tls(context), terms=TlsTerms(newest="1.2"))
    shaken = evidence.all(TlsHandshake)
    assert {one.version for one in shaken} == {"TLSv1.2"}
    assert {one.offered for one in shaken} == {"1.2", ""}


def waiting(connection: socket) -> None:
    """A proxy that takes the request and says nothing."""
    while connection.recv(4096):
        pass


def mumbling(connection: socket) -> None:
    connection.recv(4096)
    connection.sendall(b"220 this is no proxy\r\n\r\n")


def headers_without_end(connection: socket) -> None:
    connection.recv(4096)
    while True:
        connection.sendall(b"X-More: and more\r\n" * 100)


def leaving(connection: socket) -> None:
    connection.recv(4096)


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        (waiting, "does not answer CONNECT"),
        (mumbling, "it does not speak HTTP"),
        (headers_without_end, "its answer has no end"),
        (leaving, "it closed the connection"),
        (refusing("407 Proxy Authentication Required"), "it answered 407 Proxy Authentication Required"),
    ],
)
async def test_a_bad_proxy_is_named_and_the_direct_way_is_looked_at_all_the_same(
    proxy: Serve, said: str, tmp_path: Path
) -> None:
    top = root("Root")
    with listening(proxy) as port:
        terms = TlsTerms(proxy=HttpProxy("localhost", port, "me", Secret("a secret word")))
        evidence = await seen(tls(server_context(leaf(top), tmp_path)), top.pem, terms)
    tried = evidence.first(ProxyTried)
    assert tried is not None
    assert tried.reason == said
    assert problem(evidence) == ""
    assert causes(evidence) == ["inbound.icm-connection-failed/proxy-wrong"]
    assert b"a secret word" not in stored(evidence)


def slow_name_server(connection: socket) -> None:
    connection.recv(4096)
    while connection.recv(4096):
        pass


@pytest.mark.parametrize(
    ("resolver", "said"),
    [
        (slow_name_server, "it does not answer"),
        (leaving, "the name server ends the connection"),
        (mumbling, "the name server ends the connection"),
        (answering("127.0.0.1"), ""),
    ],
)
async def test_a_bad_name_server_hinders_nothing(resolver: Serve, said: str, tmp_path: Path) -> None:
    top = root("Root")
    with listening(resolver) as port:
        terms = TlsTerms(resolver=("localhost", port))
        evidence = await seen(tls(server_context(leaf(top), tmp_path)), top.pem, terms)
    told = evidence.first(NameElsewhere)
    assert told is not None
    assert told.problem == said
    assert causes(evidence) == []
