"""Which headers reach the backend, and which reach the client (connectivity-proxy §4.3, §4.7)."""

from __future__ import annotations

import pytest

from landbridge.testing.world import World
from tests.world.client import ask, request

pytestmark = pytest.mark.anyio


async def arriving(erp: World, *lines: str) -> list[tuple[str, str]]:
    """Send a request with these lines; the headers that the backend got."""
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), *lines))
    assert answer.status == 200, answer.body
    return [(name, value) for name, value in answer.json["headers"]]


async def test_application_headers_pass_in_order_and_case(erp: World) -> None:
    lines = (
        "authorization: Basic c2FtcGxlOnNhbXBsZQ==",
        "Cookie: a=1; b=2",
        "x-CSRF-Token: fetch",
        "sap-client: 100",
        "X-Twice: one",
        "Sap-Language: EN",
        "X-Twice: two",
        "X-Empty: ",
        "X-Odd: \u00e4;=\"',\t~",
    )
    expected = [("Host", "erp.virtual")]
    expected += [(name, value.strip()) for name, _, value in (line.partition(": ") for line in lines)]
    assert await arriving(erp, *lines) == expected


@pytest.mark.parametrize(
    "line",
    [
        "SAP-Connectivity-Authentication: Bearer user",
        "SAP-Connectivity-Technical-Authentication: Bearer technical",
        "sap-connectivity-scc-location_id: ",
        "SAP-Connectivity-ConsumerAccount: acme",
        "SAP-Connectivity-Anything-New: x",
        "SAP-CP-Connectivity-Service-Token: x",
        "Proxy-Connection: keep-alive",
        "Proxy-Authenticate: x",
        "Keep-Alive: timeout=5",
        "TE: trailers",
        "Trailer: x",
        "Upgrade: h2c",
        "ssl_client_cert: spoofed",
        "SSL_CLIENT_CERT: spoofed",
        "SSL-Client-Cert: spoofed",
        "SSL_CLIENT-CERT: spoofed",
        "ssl-client_cert: spoofed",
    ],
)
async def test_technical_and_hop_by_hop_headers_stay_here(erp: World, line: str) -> None:
    assert await arriving(erp, line, "X-After: 1") == [("Host", "erp.virtual"), ("X-After", "1")]


@pytest.mark.parametrize("connection", ["x-hop, close", "X-HOP", "keep-alive, X-Hop ,", "close\r\nConnection: x-hop"])
async def test_headers_that_connection_names_stay_here(erp: World, connection: str) -> None:
    lines = ("X-Hop: 1", f"Connection: {connection}", "X-Stays: 2")
    assert await arriving(erp, *lines) == [("Host", "erp.virtual"), ("X-Stays", "2")]


async def test_the_token_itself_never_arrives(erp: World) -> None:
    token = await erp.token()
    answer = await ask(erp.door, request("http://erp.virtual/echo", token, "X-Other: 1"))
    assert token not in answer.body.decode()


async def test_answers_lose_hop_by_hop_headers_only(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/status/418", await erp.token(), "Connection: close"))
    names = [name for name, _ in answer.headers]
    assert names == ["Server", "Content-Type", "x-sample-backend", "Content-Length", "Connection"]
    assert answer.header("connection") == "close"


async def test_a_repeated_technical_header_is_refused(erp: World) -> None:
    lines = ("SAP-Connectivity-SCC-Location_ID: a", "sap-connectivity-scc-location_id: b")
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), *lines))
    assert (answer.status, answer.fault) == (400, "proxy.bad-request")
    assert not erp.backend.seen


async def test_two_tokens_are_refused(erp: World) -> None:
    token = await erp.token()
    answer = await ask(erp.door, request("http://erp.virtual/echo", token, f"Proxy-Authorization: Bearer {token}"))
    assert (answer.status, answer.fault) == (400, "proxy.bad-request")
