"""The frame around every request, over a real listener: ids, limits, and a named answer for everything."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from landbridge.api.app import create_app
from landbridge.api.server import HttpServer, listening_socket
from landbridge.faults import FaultError, fault

pytestmark = pytest.mark.anyio
LIMIT = 1000


def odd_routes() -> APIRouter:
    routes = APIRouter()

    @routes.get("/fault")
    async def raises_fault() -> None:
        raise FaultError(fault("tunnel.no-connector", subaccount="s-1", location="x"))

    @routes.get("/bug")
    async def raises_bug() -> None:
        raise ZeroDivisionError("secret detail")

    @routes.get("/late-bug")
    async def breaks_off() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            raise ZeroDivisionError

        return StreamingResponse(parts())

    @routes.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @routes.post("/number")
    async def number(n: int) -> int:
        return n

    return routes


async def nothing_missing(_connector: str | None, _subaccount: str | None) -> list[str]:
    return []


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app([odd_routes()], nothing_missing, [], LIMIT)
    server = HttpServer(app, listening_socket("127.0.0.1", 0, "API", "--http-port"), grace=1)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield client
    await server.stop()


async def test_a_fault_is_answered_with_its_status_headers_and_body(api: httpx.AsyncClient) -> None:
    answer = await api.get("/fault", headers={"X-Request-Id": "abc-1"})
    assert answer.status_code == 503
    assert answer.headers["X-Error-Origin"] == "tunnel"
    assert answer.headers["X-Internal-Error-Code"] == "tunnel.no-connector"
    assert answer.headers["X-Error-Message"].startswith("No connector at all")
    assert answer.headers["X-Request-Id"] == answer.json()["requestId"] == "abc-1"
    assert answer.json()["ErrorMessage"].startswith("There is no SAP Cloud Connector")
    assert answer.json()["action"].endswith(".")


@pytest.mark.parametrize("header", ["X-Request-Id", "X-CorrelationID", "X-Correlation-Id", "X-Vcap-Request-Id"])
async def test_a_sane_id_of_the_caller_is_kept(api: httpx.AsyncClient, header: str) -> None:
    assert (await api.get("/health", headers={header: "0af7-651916cd"})).headers["X-Request-Id"] == "0af7-651916cd"


@pytest.mark.parametrize("odd", ["", "a b", "x" * 129, "a\tb", "<script>"])
async def test_an_odd_id_is_replaced(api: httpx.AsyncClient, odd: str) -> None:
    given = (await api.get("/health", headers={"X-Request-Id": odd})).headers["X-Request-Id"]
    assert len(given) == 32
    assert given != odd


async def test_a_mistake_of_ours_is_named_and_logged_and_tells_nothing(
    api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await api.get("/bug")
    assert answer.status_code == 500
    assert answer.json()["code"] == "platform.internal"
    assert answer.headers["X-Request-Id"] in answer.json()["message"]
    assert "secret detail" not in answer.text
    (record,) = [record for record in caplog.records if record.name.startswith("landbridge")]
    assert record.exc_info is not None
    assert record.__dict__["request_id"] == answer.headers["X-Request-Id"]


async def test_a_mistake_after_the_answer_began_cuts_it(api: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get("/late-bug")


async def test_unknown_paths_and_methods_are_faults_too(api: httpx.AsyncClient) -> None:
    unknown = await api.get("/destination-configuration/v9")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "platform.not-found")
    method = await api.delete("/length")
    assert (method.status_code, method.json()["code"]) == (405, "platform.method-not-allowed")
    assert "POST" in method.json()["action"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
async def test_the_framework_shows_nothing_of_its_own(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(path)).json()["code"] == "platform.not-found"


async def test_invalid_parameters_name_the_field_and_not_the_value(api: httpx.AsyncClient) -> None:
    answer = await api.post("/number?n=hush")
    assert (answer.status_code, answer.json()["code"]) == (400, "platform.request-invalid")
    assert "query.n" in answer.json()["message"]
    assert "hush" not in answer.text


async def test_a_body_may_be_as_long_as_the_limit(api: httpx.AsyncClient) -> None:
    assert (await api.post("/length", content=b"x" * LIMIT)).json() == LIMIT


async def test_a_longer_body_is_refused_whether_it_says_so_or_not(api: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    announced = await api.post("/length", content=b"x" * (LIMIT + 1))
    streamed = await api.post("/length", content=parts())
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "platform.body-too-large")


async def test_answers_are_counted_by_status(api: httpx.AsyncClient) -> None:
    await api.get("/health")
    await api.get("/fault")
    text = (await api.get("/metrics")).text
    assert 'landbridge_api_answers_total{status="200"} 1.0' in text
    assert 'landbridge_api_answers_total{status="503"} 1.0' in text
