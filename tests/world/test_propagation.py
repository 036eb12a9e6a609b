"""Users reach the backend as short-lived certificates, and never on each other's connection (cloud-connector §3)."""

from __future__ import annotations

import asyncio
import base64
import random
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import AuthenticationMode, Mapping, Protocol, Resource
from landbridge.model.propagation import Condition, KeyFiles, Propagation, SubjectRule
from landbridge.model.secret import Secret
from landbridge.model.subaccount import User
from landbridge.testing.sample_backend import SampleBackend
from landbridge.testing.world import ACME, GLOBEX, World, subaccount, world
from tests.world.certificates import Pair, authority, issue, server_context
from tests.world.client import Client, ask, request

pytestmark = pytest.mark.anyio

USERS = tuple(f"user{number}@acme.example" for number in range(4))


class Clock:
    """The time, moved."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


@asynccontextmanager
async def erp(
    folder: Path,
    *,
    mode: AuthenticationMode = AuthenticationMode.X509_RESTRICTED,
    propagation: Propagation | None = None,
    mutual: bool = True,
    system: bool = True,
    clock: Clock | None = None,
) -> AsyncIterator[tuple[World, SampleBackend]]:
    """A world with an mTLS backend behind erp.virtual:443."""
    ca = authority()
    server = server_context(issue(ca), folder)
    (folder / "ca.pem").write_text(ca.certificate_pem)
    if mutual:
        server.verify_mode = ssl.CERT_REQUIRED
        server.load_verify_locations(folder / "ca.pem")
    files = _files(folder, issue(ca, (NameOID.COMMON_NAME, "connector system")))
    async with SampleBackend(tls=server) as backend:
        mapping = Mapping(
            "erp.virtual",
            443,
            "127.0.0.1",
            backend.port,
            Protocol.HTTPS,
            authentication_mode=mode,
            resources=(Resource("/"),),
        )
        content = ConnectorContent(
            "erp",
            ACME,
            mappings=(mapping,),
            trusted_ca_files=(str(folder / "ca.pem"),),
            system_certificate=files if system else None,
            propagation=propagation or Propagation(),
        )
        people = tuple(User(name, Secret("pass-word"), email=name) for name in USERS)
        acme = replace(subaccount(ACME, "acme"), users=people)
        content_of = (acme, subaccount(GLOBEX, "globex"))
        async with world(folder, connectors=[content], subaccounts=content_of, clock=clock or time.time) as running:
            yield running, backend


def _files(folder: Path, pair: Pair) -> KeyFiles:
    (folder / "system.pem").write_text(pair.certificate_pem)
    (folder / "system.key").write_text(pair.key_pem)
    return KeyFiles(str(folder / "system.pem"), str(folder / "system.key"))


async def user_token(running: World, name: str, subdomain: str = "acme", password: str = "pass-word") -> str:
    return await running.token(subdomain, "xsuaa", grant_type="password", username=name, password=password)


async def echo(running: World, user: str = "", **headers: str) -> tuple[int, dict[str, str], str | None]:
    """(status, headers that the backend saw in lower case, fault)."""
    token = await running.token()
    if user:
        headers["SAP-Connectivity-Authentication"] = f"Bearer {user}"
    answer = await ask(running.door, request("http://erp.virtual:443/echo", token, *lines(headers)))
    seen = {name.lower(): value for name, value in answer.json["headers"]} if answer.status == 200 else {}
    return answer.status, seen, answer.fault


def lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def subject_of(header: str) -> str:
    certificate = x509.load_der_x509_certificate(base64.b64decode(header))
    assert certificate.not_valid_after_utc.timestamp() > time.time()
    return certificate.subject.rfc4514_string()


async def test_the_user_arrives_as_a_certificate_and_a_spoofed_one_does_not(tmp_path: Path) -> None:
    async with erp(tmp_path) as (running, backend):
        token = await user_token(running, USERS[0])
        status, seen, _ = await echo(running, token, ssl_client_cert="spoofed")
        assert status == 200
        assert subject_of(seen["ssl_client_cert"]) == f"CN={USERS[0]}"
        again = (await echo(running, token))[1]
        assert again["ssl_client_cert"] == seen["ssl_client_cert"], "certificates are used while they live"
        assert backend.connections.total == 2


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (AuthenticationMode.NONE, None),
        (AuthenticationMode.NONE_RESTRICTED, ""),
        (AuthenticationMode.X509_GENERAL, None),
        (AuthenticationMode.X509_RESTRICTED, ""),
    ],
)
async def test_without_a_user_the_mode_decides(tmp_path: Path, mode: AuthenticationMode, expected: str | None) -> None:
    async with erp(tmp_path, mode=mode) as (running, _):
        status, seen, _ = await echo(running, ssl_client_cert="spoofed")
        assert (status, seen.get("ssl_client_cert")) == (200, expected)


async def test_a_mapping_without_propagation_ignores_the_user(tmp_path: Path) -> None:
    async with erp(tmp_path, mode=AuthenticationMode.NONE) as (running, _):
        status, seen, _ = await echo(running, "not even a token")
        assert (status, seen.get("ssl_client_cert")) == (200, None)


async def test_an_exchanged_token_alone_carries_the_user(tmp_path: Path) -> None:
    async with erp(tmp_path) as (running, _):
        exchanged = await running.token(
            "acme",
            "connectivity",
            grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
            assertion=await user_token(running, USERS[1]),
        )
        answer = await ask(running.door, request("http://erp.virtual:443/echo", exchanged))
        seen = {name.lower(): value for name, value in answer.json["headers"]}
        assert subject_of(seen["ssl_client_cert"]) == f"CN={USERS[1]}"


async def test_technical_users_and_rules_in_order(tmp_path: Path) -> None:
    rules = (
        SubjectRule((("CN", "robot of ${zid}"), ("OU", "${user_type}")), Condition.IS, "user_type", "Technical"),
        SubjectRule((("CN", "${email}"), ("O", "known")), Condition.EXISTS, "email"),
    )
    async with erp(tmp_path, propagation=Propagation(rules=rules)) as (running, _):
        seen = (await echo(running, await user_token(running, USERS[0])))[1]
        assert subject_of(seen["ssl_client_cert"]) == f"O=known,CN={USERS[0]}"
        robot = await running.token("acme", "destination")
        headers = {"SAP-Connectivity-Technical-Authentication": f"Bearer {robot}"}
        _, seen, _ = await echo(running, **headers)
        assert subject_of(seen["ssl_client_cert"]).startswith(f"OU=Technical,CN=robot of {ACME}")


async def test_what_cannot_be_propagated_is_named(tmp_path: Path) -> None:
    clock = Clock()
    rules = (SubjectRule((("CN", "${no_such_claim}"),)),)
    async with erp(tmp_path, clock=clock, propagation=Propagation(rules=rules)) as (running, backend):
        token = await user_token(running, USERS[0])
        head, payload, signature = token.split(".")
        forged = f"{head}.{payload}.{signature[:-4]}AAAA"
        foreign = await user_token(running, "alice@globex.example", "globex", "alice-password")
        for sent, expected in (
            ("nonsense", "principal.token-malformed"),
            (forged, "principal.token-signature"),
            (foreign, "principal.issuer-untrusted"),
            (token, "principal.subject-unresolved"),
        ):
            status, _, fault = await echo(running, sent)
            assert (status, fault) == (401, expected)
        assert not backend.seen, "no refused request reaches the backend"


async def test_a_token_counts_a_tolerance_beyond_its_end(tmp_path: Path) -> None:
    clock = Clock()
    async with erp(tmp_path, propagation=Propagation(tolerance_hours=2)) as (running, _):
        token = await user_token(running, USERS[0])
        check = running.connectors["erp"].connector.policy.propagator._check
        check._clock = clock  # the connector's clock alone moves: the proxy token stays valid
        clock.offset = 43_199 + 3600
        assert (await echo(running, token))[0] == 200
        clock.offset = 43_199 + 2 * 3600 + 1
        assert (await echo(running, token))[::2] == (401, "principal.token-expired")


async def test_a_backend_that_does_not_ask_for_a_certificate_is_shown_no_user(tmp_path: Path) -> None:
    async with erp(tmp_path, mutual=False) as (running, backend):
        token = await user_token(running, USERS[0])
        proxy = await running.token()
        headers = {"SAP-Connectivity-Authentication": f"Bearer {token}"}
        answer = await ask(running.door, request("http://erp.virtual:443/echo", proxy, *lines(headers)))
        assert (answer.status, answer.fault) == (502, "principal.not-mutual")
        assert b"because the backend connection is not mutually authenticated." in answer.body
        assert not backend.seen


async def test_the_status_of_a_failure_is_a_setting(tmp_path: Path) -> None:
    async with erp(tmp_path, propagation=Propagation(failure_status=403)) as (running, _):
        assert (await echo(running, "nonsense"))[::2] == (403, "principal.token-malformed")


async def test_interleaved_users_never_share_a_backend_connection(tmp_path: Path) -> None:
    """Users take turns at random on few client connections; each backend connection sees one user only."""
    async with erp(tmp_path) as (running, _):
        proxy = await running.token()
        tokens = {name: await user_token(running, name) for name in USERS}
        turns = random.Random(7)
        seen: dict[int, set[str]] = {}

        async def customer(count: int) -> None:
            async with await Client.open(running.door) as client:
                for _ in range(count):
                    name = turns.choice(USERS)
                    headers = {"SAP-Connectivity-Authentication": f"Bearer {tokens[name]}"}
                    answer = await client.ask(request("http://erp.virtual:443/echo", proxy, *lines(headers)))
                    got = {key.lower(): value for key, value in answer.json["headers"]}
                    assert subject_of(got["ssl_client_cert"]) == f"CN={name}"
                    seen.setdefault(answer.json["connection"], set()).add(name)

        await asyncio.gather(*(customer(40) for _ in range(4)))
        assert len(seen) > len(USERS)
        assert all(len(names) == 1 for names in seen.values())


async def test_a_trace_tells_how_the_identity_came_about(tmp_path: Path) -> None:
    async with erp(tmp_path) as (running, _):
        traces = running.cloud.gateway.traces
        token = await user_token(running, USERS[0])
        await echo(running, token)
        assert traces.requests(ACME) == (), "nobody asked"
        traces.enable(ACME, keep=2)
        for _ in range(3):
            await echo(running, token)
        kept = traces.requests(ACME)
        assert len(kept) == 2
        trace = traces.get(kept[-1])
        assert trace is not None
        assert [step["step"] for step in trace.steps] == [
            "token received",
            "token verified",
            "subject chosen",
            "certificate issued",
            "backend answered",
        ]
        assert trace.steps[0]["user_name"] == USERS[0]
        assert trace.steps[2]["subject"] == f"CN={USERS[0]}"
        assert trace.steps[4]["status"] == "200"
        assert token.split(".")[2] not in str(trace)
        assert traces.get(kept[-1], GLOBEX) is None
