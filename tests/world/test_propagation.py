"""Users reach the backend as short-lived certificates, and never on each other's connection (cloud-connector §3)."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from pathlib import Path

import pytest
from cryptography import x509

from landbridge.lab.pki import root
from landbridge.model.mapping import AuthenticationMode
from landbridge.model.propagation import Condition, KeyFiles, Propagation, SubjectRule
from landbridge.testing.world import ACME, GLOBEX
from tests.world.client import Client
from tests.world.users import USERS, Stage

pytestmark = pytest.mark.anyio


def subject_of(header: str) -> str:
    certificate = x509.load_der_x509_certificate(base64.b64decode(header))
    assert certificate.not_valid_after_utc.timestamp() > time.time()
    return certificate.subject.rfc4514_string()


async def test_the_user_arrives_as_a_certificate_and_a_spoofed_one_does_not(stage: Stage) -> None:
    """The connector makes its own authority when it is given none."""
    reach = await stage.expose(propagation=Propagation())
    before = stage.mutual.connections.total
    token = await stage.user_token(USERS[0])
    status, seen, _ = await reach.echo(token, ssl_client_cert="spoofed")
    assert status == 200
    assert subject_of(seen["ssl_client_cert"]) == f"CN={USERS[0]}"
    again = (await reach.echo(token))[1]
    assert again["ssl_client_cert"] == seen["ssl_client_cert"], "certificates are used while they live"
    assert stage.mutual.connections.total == before + 2


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (AuthenticationMode.NONE, None),
        (AuthenticationMode.NONE_RESTRICTED, ""),
        (AuthenticationMode.X509_GENERAL, None),
        (AuthenticationMode.X509_RESTRICTED, ""),
    ],
)
async def test_without_a_user_the_mode_decides(stage: Stage, mode: AuthenticationMode, expected: str | None) -> None:
    reach = await stage.expose(mode)
    status, seen, _ = await reach.echo(ssl_client_cert="spoofed")
    assert (status, seen.get("ssl_client_cert")) == (200, expected)


async def test_a_mapping_without_propagation_ignores_the_user(stage: Stage) -> None:
    reach = await stage.expose(AuthenticationMode.NONE)
    status, seen, _ = await reach.echo("not even a token")
    assert (status, seen.get("ssl_client_cert")) == (200, None)


async def test_an_exchanged_token_alone_carries_the_user(stage: Stage) -> None:
    reach = await stage.expose()
    exchanged = await stage.running.token(
        "acme",
        "connectivity",
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion=await stage.user_token(USERS[1]),
    )
    answer = await reach.ask(exchanged)
    seen = {name.lower(): value for name, value in answer.json["headers"]}
    assert subject_of(seen["ssl_client_cert"]) == f"CN={USERS[1]}"


async def test_technical_users_and_rules_in_order(stage: Stage) -> None:
    rules = (
        SubjectRule((("CN", "robot of ${zid}"), ("OU", "${user_type}")), Condition.IS, "user_type", "Technical"),
        SubjectRule((("CN", "${email}"), ("O", "known")), Condition.EXISTS, "email"),
    )
    reach = await stage.expose(propagation=Propagation(authority=stage.signers, rules=rules))
    seen = (await reach.echo(await stage.user_token(USERS[0])))[1]
    assert subject_of(seen["ssl_client_cert"]) == f"O=known,CN={USERS[0]}"
    robot = await stage.running.token("acme", "destination")
    headers = {"SAP-Connectivity-Technical-Authentication": f"Bearer {robot}"}
    _, seen, _ = await reach.echo(**headers)
    assert subject_of(seen["ssl_client_cert"]).startswith(f"OU=Technical,CN=robot of {ACME}")


async def test_what_cannot_be_propagated_is_named(stage: Stage) -> None:
    rules = (SubjectRule((("CN", "${no_such_claim}"),)),)
    reach = await stage.expose(propagation=Propagation(authority=stage.signers, rules=rules))
    token = await stage.user_token(USERS[0])
    head, payload, signature = token.split(".")
    for sent, expected in (
        ("nonsense", "principal.token-malformed"),
        (f"{head}.{payload}.{signature[:-4]}AAAA", "principal.token-signature"),
        (await stage.foreign_token(), "principal.issuer-untrusted"),
        (token, "principal.subject-unresolved"),
    ):
        status, _, fault = await reach.echo(sent)
        assert (status, fault) == (401, expected)
    assert not stage.mutual.seen, "no refused request reaches the backend"


async def test_an_authority_whose_time_is_over_signs_nobody(stage: Stage, tmp_path: Path) -> None:
    old = root("signer of users", days=10, age=20)
    files = KeyFiles(str(tmp_path / "old.pem"), str(tmp_path / "old.key"))
    Path(files.certificate).write_text(old.pem)
    Path(files.key).write_text(old.key_pem)
    reach = await stage.expose(propagation=Propagation(authority=files))
    line = f"SAP-Connectivity-Authentication: Bearer {await stage.user_token(USERS[0])}"
    answer = await reach.ask(await stage.running.token(), line)
    assert (answer.status, answer.fault) == (401, "principal.authority-unusable")
    text = f"Unable to generate authorization token for user {USERS[0]} on system erp.virtual:443"
    assert answer.body.decode() == text
    assert not stage.mutual.seen


async def test_a_token_counts_a_tolerance_beyond_its_end(stage: Stage) -> None:
    reach = await stage.expose(propagation=Propagation(authority=stage.signers, tolerance_hours=2))
    token = await stage.user_token(USERS[0])
    offset = 43_199.0 + 3600
    check = reach.connector.connector.policy.propagator._check
    check._clock = lambda: time.time() + offset  # the connector's clock alone moves: the proxy token stays valid
    assert (await reach.echo(token))[0] == 200
    offset = 43_199 + 2 * 3600 + 1
    assert (await reach.echo(token))[::2] == (401, "principal.token-expired")


async def test_a_backend_that_does_not_ask_for_a_certificate_is_shown_no_user(stage: Stage) -> None:
    reach = await stage.expose(backend=stage.simple)
    line = f"SAP-Connectivity-Authentication: Bearer {await stage.user_token(USERS[0])}"
    answer = await reach.ask(await stage.running.token(), line)
    assert (answer.status, answer.fault) == (502, "principal.not-mutual")
    assert b"because the backend connection is not mutually authenticated." in answer.body
    assert not stage.simple.seen


async def test_the_status_of_a_failure_is_a_setting(stage: Stage) -> None:
    reach = await stage.expose(propagation=Propagation(authority=stage.signers, failure_status=403))
    assert (await reach.echo("nonsense"))[::2] == (403, "principal.token-malformed")


async def test_interleaved_users_never_share_a_backend_connection(stage: Stage) -> None:
    """Users take turns at random on few client connections; each backend connection sees one user only."""
    reach = await stage.expose()
    proxy = await stage.running.token()
    tokens = {name: await stage.user_token(name) for name in USERS}
    turns = random.Random(7)
    seen: dict[int, set[str]] = {}

    async def customer(count: int) -> None:
        async with await Client.open(stage.running.door) as client:
            for _ in range(count):
                name = turns.choice(USERS)
                line = f"SAP-Connectivity-Authentication: Bearer {tokens[name]}"
                answer = await client.ask(reach.request(proxy, line))
                got = {key.lower(): value for key, value in answer.json["headers"]}
                assert subject_of(got["ssl_client_cert"]) == f"CN={name}"
                seen.setdefault(answer.json["connection"], set()).add(name)

    await asyncio.gather(*(customer(40) for _ in range(4)))
    assert len(seen) > len(USERS)
    assert all(len(names) == 1 for names in seen.values())


async def test_a_trace_tells_how_the_identity_came_about(stage: Stage) -> None:
    reach = await stage.expose()
    traces = stage.running.cloud.gateway.traces
    token = await stage.user_token(USERS[0])
    await reach.echo(token)
    assert traces.requests(ACME) == (), "nobody asked"
    traces.enable(ACME, keep=2)
    for _ in range(3):
        await reach.echo(token)
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
