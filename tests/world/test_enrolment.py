"""Enrolment over real sockets, and what else the tunnel listener serves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.connector.enrol import enrol
from landbridge.connector.gateway_request import client_context
from landbridge.connector.state.files import load_state
from landbridge.faults import FaultError
from landbridge.model.secret import Secret
from landbridge.testing.world import ACME, World, world
from tests.world.backends import closed_port
from tests.world.peers import answer_of, tunnel_port

pytestmark = pytest.mark.anyio


async def refusal(data: object, folder: Path) -> str:
    with pytest.raises(FaultError) as caught:
        await enrol(data, folder)  # type: ignore[arg-type]
    assert not (folder / "connector.json").exists()
    return caught.value.fault.code


async def test_a_secret_works_once(erp: World, folder: Path) -> None:
    data = await erp.cloud.invite(ACME, "once")
    state = await enrol(data, folder / "first")
    assert (state.subaccount_id, state.location_id) == (ACME, "once")
    assert load_state(folder / "first") == state
    assert (folder / "first" / "identity.pem").stat().st_mode & 0o777 == 0o600
    assert await refusal(data, folder / "second") == "enrolment.secret-used"


async def test_an_unknown_secret(erp: World, folder: Path) -> None:
    data = replace(await erp.cloud.invite(ACME), secret=Secret("guessed"))
    assert await refusal(data, folder / "x") == "enrolment.secret-invalid"


async def test_a_gateway_that_is_not_there_is_passed_over(erp: World, folder: Path) -> None:
    data = await erp.cloud.invite(ACME, "two")
    nowhere = f"127.0.0.1:{closed_port()}"
    assert await refusal(replace(data, gateways=(nowhere,)), folder / "x") == "tunnel.gateway-unreachable"
    state = await enrol(replace(data, gateways=(nowhere, *data.gateways)), folder / "x")
    assert state.location_id == "two"


async def test_another_installation_is_not_told_the_secret(erp: World, folder: Path) -> None:
    async with world(folder / "elsewhere", connectors=(), fresh=True) as elsewhere:
        data = replace(await erp.cloud.invite(ACME, "mine"), gateways=(await elsewhere.cloud.invite(ACME)).gateways)
        assert await refusal(data, folder / "x") == "tunnel.gateway-untrusted"


async def listener(erp: World, data: bytes) -> tuple[int, dict[str, object]]:
    """What the tunnel listener answers to these bytes."""
    reader, writer = await tunnel_port(erp, client_context(erp.connectors["erp"].state.ca_pem))
    writer.write(data)
    return await answer_of(reader)


def post(body: bytes) -> bytes:
    return b"POST /enrol HTTP/1.1\r\nHost: g\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def test_the_health_check(erp: World) -> None:
    assert await listener(erp, b"GET /healthcheck HTTP/1.1\r\nHost: g\r\n\r\n") == (200, {"status": "ok"})
    reader, writer = await tunnel_port(erp, client_context(erp.connectors["erp"].state.ca_pem))
    writer.write(b"HEAD /healthcheck HTTP/1.1\r\nHost: g\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\nConnection: close\r\n\r\n"
    )
    assert await reader.read() == b"", "load balancers ask by HEAD, too"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: g\r\n\r\n", 404, "tunnel.not-found"),
        (b"POST /tunnel HTTP/1.1\r\nHost: g\r\n\r\n", 400, "tunnel.bad-request"),
        (b"GET /tunnel HTTP/1.1\r\nHost: g\r\n\r\n", 426, "tunnel.version-unsupported"),
        (b"GET /tunnel HTTP/1.1\r\nHost: g\r\nUpgrade: landbridge-tunnel/9\r\n\r\n", 426, "tunnel.version-unsupported"),
        (b"\x00\x01\x02\x03\r\n\r\n", 400, "tunnel.bad-request"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000, 400, "tunnel.bad-request"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", 400, "tunnel.bad-request"),
        (b"POST /enrol HTTP/1.1\r\nHost: g\r\n\r\n", 400, "enrolment.request-invalid"),
        (b"POST /enrol HTTP/1.1\r\nHost: g\r\nContent-Length: 99999999\r\n\r\n", 400, "enrolment.request-invalid"),
        (post(b"nonsense"), 400, "enrolment.request-invalid"),
        (post(b"[]"), 400, "enrolment.request-invalid"),
        (post(b"[" * 60_000), 400, "enrolment.request-invalid"),
        (post(b'{"secret": "x"}'), 400, "enrolment.request-invalid"),
        (post(b'{"secret": "x", "csr": "x"}'), 401, "enrolment.secret-invalid"),
        (post(b"\xff\xfe"), 400, "enrolment.request-invalid"),
    ],
)
async def test_garbage_on_the_tunnel_port(erp: World, data: bytes, status: int, code: str) -> None:
    answered, body = await listener(erp, data)
    assert (answered, body["code"]) == (status, code)
    assert body["requestId"]


async def test_a_request_for_a_certificate_that_is_none(erp: World, folder: Path) -> None:
    secret = (await erp.cloud.invite(ACME, "bad-csr")).secret.reveal()
    status, body = await listener(erp, post(json.dumps({"secret": secret, "csr": "no PEM"}).encode()))
    assert (status, body["code"]) == (400, "enrolment.request-invalid")
