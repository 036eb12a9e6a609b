"""The description of the API is true: requests made from it, right and wrong, get only answers that it describes."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as described

from landbridge.api import certificates, trust
from landbridge.api.openapi import PATH, describe
from tests.api.destination_api import BASE, BODY_LIMIT, routers
from tests.api.serving import in_thread
from tests.cloud_side import cloud_side

EXAMPLES = 3
"""Requests for each operation and mode: all of them together take about twenty seconds."""

SLOW = ("/saml2Metadata/certificate", "/saml2Metadata/certificate/passive")
"""Where POST makes a key of 4096 bits, which takes seconds: once is enough."""

CHECKS = [
    schemathesis.checks.not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_headers_conformance,
    described.response_schema_conformance,
]

NAMES = st.sampled_from("DF") | st.sampled_from(
    ["'", "%", "%25", "a/b", "a b", "ä€🙂", "x" * 200, "x" * 201, "a;b?c#d", "labels", "$", "D@subaccount"]
)
"""Names that are there, and names that try what a name can do."""


@dataclass(frozen=True)
class Served:
    """The API on a real socket, and a token for it."""

    url: str
    port: int
    bearer: str
    client: httpx.Client


CONTENT = {
    "subaccountDestinations": {"Name": "D", "Type": "RFC"},
    "instanceDestinations": {"Name": "D", "Type": "RFC"},
    "subaccountDestinationFragments": {"FragmentName": "F"},
    "instanceDestinationFragments": {"FragmentName": "F"},
}
"""What is there when a test begins."""


@asynccontextmanager
async def serve(folder: Path) -> AsyncIterator[Served]:
    """The whole cloud side."""
    async with cloud_side(folder, body_limit=BODY_LIMIT) as side:
        binding = (await side.binding("acme", "dest"))["destination"][0]["credentials"]
        form = {"client_id": binding["clientid"], "client_secret": binding["clientsecret"]}
        async with httpx.AsyncClient(base_url=side.api_url, trust_env=False) as client:
            token = await client.post("/oauth/token", data={"grant_type": "client_credentials", **form})
        with httpx.Client(base_url=side.api_url, trust_env=False) as blocking:
            yield Served(side.api_url, side.ports.http, f"Bearer {token.json()['access_token']}", blocking)


@pytest.fixture
def stocked(served: Served) -> Served:
    """The API with content on both levels."""
    for path, content in CONTENT.items():
        answer = served.client.post(f"{BASE}/{path}", json=content, headers={"Authorization": served.bearer})
        assert answer.status_code in {201, 409}
    return served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with in_thread(lambda: serve(tmp_path_factory.mktemp("api"))) as value:
        yield value


@pytest.fixture(scope="module")
def document(served: Served) -> dict[str, Any]:
    response = served.client.get(PATH)
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


@pytest.fixture(scope="module")
def api_schema(served: Served, document: dict[str, Any]) -> schemathesis.BaseSchema:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=served.url)
    return schema


def operations() -> list[tuple[str, str]]:
    """Method and path of all operations: from the routes, which need no service to describe themselves."""
    nothing: Any = Mock()
    others = [certificates.router(nothing, nothing), trust.router(nothing)]
    paths: Any = describe([*routers(nothing, nothing, nothing), *others])["paths"]
    return [(method, path) for path, item in paths.items() for method in item]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), operations())
def test_answers_are_described(
    api_schema: schemathesis.BaseSchema, stocked: Served, method: str, path: str, mode: GenerationMode
) -> None:
    operation = api_schema[path][method]

    @settings(
        max_examples=1 if method == "post" and path.endswith(SLOW) else EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(generation_mode=mode), name=NAMES)
    def run(case: schemathesis.Case, name: str) -> None:
        if case.path_parameters:
            case.path_parameters = {"name": quote(name, safe="")}
        case.headers = {**(case.headers or {}), "Authorization": stocked.bearer}
        case.call_and_validate(checks=CHECKS)

    run()


def test_the_description_names_every_route_and_no_others(document: dict[str, Any]) -> None:
    paths = document["paths"]
    assert all(path.startswith("/destination-configuration/") for path in paths)
    assert {(method, path) for path, item in paths.items() for method in item} == set(operations())
    for level in ("subaccount", "instance"):
        assert paths[f"{BASE}/{level}Destinations"].keys() == {"get", "post", "put", "delete"}
        assert paths[f"{BASE}/{level}Destinations/{{name}}/labels"].keys() == {"get", "put", "patch"}
    identifiers = [operation["operationId"] for item in paths.values() for operation in item.values()]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize(("method", "path"), operations())
def test_nothing_is_answered_without_a_token(served: Served, method: str, path: str) -> None:
    response = served.client.request(method, path.replace("{name}", "D"))
    assert response.status_code == 401
    assert response.json()["code"] == "destination.authorization-missing"


@contextmanager
def sent(served: Served, head: str, body: bytes = b"") -> Iterator[socket.socket]:
    """A connection on which a request was sent as it stands."""
    lines = (
        f"POST {BASE}/subaccountDestinations HTTP/1.1",
        "Host: x",
        f"Authorization: {served.bearer}",
        head,
    )
    with closing(socket.create_connection(("127.0.0.1", served.port), timeout=20)) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body)
        yield connection


def answer_to(served: Served, head: str, body: bytes = b"") -> tuple[int, bytes]:
    """Status and body of the answer; the client stays for it."""
    with sent(served, head, body) as connection:
        response = HTTPResponse(connection)
        response.begin()
        return response.status, response.read()


BODY = b'{"Name":"raw","Type":"RFC"}'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"Content-Length: {len(BODY) + 10}", BODY),
        ("Content-Length: 100000", b""),
        ("Content-Length: -1", BODY),
        ("Content-Length: x", BODY),
        (f"Content-Length: {len(BODY)}\r\nContent-Length: 5", BODY),
        (f"Content-Length: {len(BODY)}\r\nTransfer-Encoding: chunked", BODY),
        ("Transfer-Encoding: chunked", b"ffffffffffffffff\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\n" + BODY),
        ("Transfer-Encoding: chunked", b"1b\r\n" + BODY[:5]),
        ("Content-Length: 5", BODY),
    ],
    ids=str,
)
def test_a_length_that_lies_writes_nothing(served: Served, head: str, body: bytes) -> None:
    answer = b""
    with sent(served, head, body) as connection:
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            answer += piece
    assert not answer.startswith(b"HTTP/1.1 2"), answer
    assert b"HTTP/1.1 5" not in answer, answer
    still_there = served.client.get(f"{BASE}/subaccountDestinations/raw", headers={"Authorization": served.bearer})
    assert still_there.status_code == 404


def test_what_is_announced_too_large_is_refused_at_once(served: Served) -> None:
    """Not one byte of the body is sent: whoever waits for it waits for ever."""
    status, answer = answer_to(served, "Content-Length: 1000000000")
    assert status == 413
    assert b"platform.body-too-large" in answer


def test_a_body_without_an_announced_length_is_limited_too(served: Served) -> None:
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    status, _ = answer_to(served, "Transfer-Encoding: chunked", chunk * 5 + b"0\r\n\r\n")
    assert status == 413


@pytest.mark.parametrize(
    "body",
    [b"[" * 90_000, b'{"a":' * 15_000, b'[{"Name":"n","Type":"RFC","x":' + b"[" * 50_000],
    ids=["list", "object", "in"],
)
def test_deep_nesting_is_refused(served: Served, body: bytes) -> None:
    status, answer = answer_to(served, f"Content-Length: {len(body)}", body)
    assert (status, b"destination.body-invalid" in answer) == (400, True)
