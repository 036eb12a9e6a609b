"""Internal names in answers, over the wire: `Location` and `Set-Cookie` (cloud-connector §4.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import CookieDomain
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.backends import Connection, raw_backend
from tests.world.client import Client, ask, request

pytestmark = pytest.mark.anyio

COOKIES = (
    "a=1; Domain=.corp.internal; Path=/",
    "b=2; Path=/x; domain=erp.corp.internal; HttpOnly",
    "c=3; Domain=127.0.0.1",
    "d=4; Domain=elsewhere.example",
    "e=5",
)
SHOWN = [
    "a=1; Domain=.cloud.example; Path=/",
    "b=2; Path=/x; domain=erp.cloud.example; HttpOnly",
    "c=3; Domain=erp.virtual",
    "d=4; Domain=elsewhere.example",
    "e=5",
]


async def redirect(connection: Connection) -> None:
    """Lead to itself under its own address, or to where the path says; set cookies of all kinds."""
    port = connection.writer.get_extra_info("sockname")[1]
    while head := await connection.request():
        wanted = head.split(b" ")[1].decode().partition("?to=")[2]
        lines = [f"Location: {wanted or f'http://127.0.0.1:{port}/next?a=b'}", "Content-Length: 0"]
        lines += [f"Set-Cookie: {cookie}" for cookie in COOKIES]
        connection.send("\r\n".join(("HTTP/1.1 302 Found", *lines, "", "")).encode())


@pytest.fixture(scope="module")
async def shared(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with raw_backend(redirect) as backend:
        mappings = tuple(erp_mapping(backend.port, virtual=name) for name in ("erp.virtual", "crm.virtual"))
        domains = (CookieDomain("cloud.example", ".corp.internal"),)
        content = ConnectorContent("erp", ACME, mappings=mappings, cookie_domains=domains)
        async with world(tmp_path_factory.mktemp("world"), connectors=[content]) as running:
            yield running


async def location(running: World, url: str) -> str | None:
    return (await ask(running.door, request(url, await running.token()))).header("location")


async def test_the_client_is_led_back_to_the_virtual_host_and_keeps_its_cookies(shared: World) -> None:
    token = await shared.token()
    async with await Client.open(shared.door) as client:
        for _ in range(2):
            answer = await client.ask(request("http://erp.virtual/", token))
            assert answer.status == 302
            assert answer.header("location") == "http://erp.virtual/next?a=b"
            assert answer.headers_named("set-cookie") == SHOWN, "each line by itself, in order"


async def test_what_is_not_mapped_stays_and_of_several_mappings_the_first_counts(shared: World) -> None:
    assert await location(shared, "http://crm.virtual/") == "http://erp.virtual/next?a=b"
    assert await location(shared, "http://erp.virtual/?to=http://127.0.0.1:1/x") == "http://127.0.0.1:1/x"
    assert await location(shared, "http://erp.virtual/?to=/x") == "/x"
