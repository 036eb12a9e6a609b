"""Busy routes past the framework: what differs from the usual way is the time that it takes, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from landbridge.api.app import create_app
from landbridge.api.operations import Operation, add
from landbridge.observe.audit import AuditRecord
from tests.api.test_request_frame import LIMIT, nothing_missing, odd_routes

pytestmark = pytest.mark.anyio
START = "/destination-configuration/v1/things/"


async def thing(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "bug":
        raise ZeroDivisionError("secret detail")
    return PlainTextResponse(name, 403 if name == "denied" else 200)


@pytest.fixture
def records() -> list[AuditRecord]:
    return []


@pytest.fixture(params=["usual", "shortcut"])
async def http(request: pytest.FixtureRequest, records: list[AuditRecord]) -> AsyncIterator[httpx.AsyncClient]:
    """The same route twice: as the framework answers it, and past the framework."""
    routes = odd_routes()
    add(routes, "GET", START + "{name:path}", Operation("A thing.", {200: None}), thing)
    busy = {START: thing} if request.param == "shortcut" else None
    app = create_app([routes], nothing_missing, [], LIMIT, lambda record, key=None: records.append(record), busy)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "name"), [("a", "a"), ("", ""), ("a/b", "a/b"), ("a%2Fb%20c", "a/b c"), ("%C3%A4", "ä")]
)
async def test_the_rest_of_the_path_is_the_name(http: httpx.AsyncClient, path: str, name: str) -> None:
    answer = await http.get(START + path, headers={"X-Request-Id": "r-1"})
    assert (answer.status_code, answer.text, answer.headers["X-Request-Id"]) == (200, name, "r-1")


async def test_other_methods_and_paths_are_the_frameworks(http: httpx.AsyncClient) -> None:
    refused = await http.delete(START + "a")
    assert (refused.status_code, refused.json()["code"]) == (405, "platform.method-not-allowed")
    assert (await http.get("/fault")).json()["code"] == "tunnel.no-connector"
    assert (await http.get(START.rstrip("/"))).json()["code"] == "platform.not-found"


async def test_a_mistake_of_ours_is_named(http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await http.get(START + "bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "platform.internal")
    assert "secret detail" not in answer.text


async def test_answers_are_counted_and_denials_are_on_record(
    http: httpx.AsyncClient, records: list[AuditRecord]
) -> None:
    await http.get(START + "a")
    await http.get(START + "denied")
    assert [(record.message, record.about) for record in records] == [("access denied", "destination configuration")]
    text = (await http.get("/metrics")).text
    assert 'landbridge_api_answers_total{status="200"} 1.0' in text
    assert 'landbridge_api_answers_total{status="403"} 1.0' in text
