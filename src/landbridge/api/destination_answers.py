"""What all routes of the Destination service share: bodies in, answers out. Decides nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from landbridge.api.answers import fault_answer, request_id
from landbridge.api.operations import Handler, Operation, parameter
from landbridge.api.server import PEER_CERTIFICATE
from landbridge.destinations.answer import Answer
from landbridge.destinations.caller import Credentials
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.levels import Level, Place
from landbridge.destinations.people import INSTANCE_HEADER
from landbridge.destinations.request import Conditions
from landbridge.faults import FaultError, error_headers, fault
from landbridge.identity.client_certificates import thumbprint
from landbridge.model.label import EntityKind

PREFIX = "/destination-configuration/v1"
_NAMED = 20
"""Names of a request that go on record."""
LEVELS = {Level.INSTANCE: "instance", Level.SUBACCOUNT: "subaccount"}
"""What the paths of the first version begin with."""

URI_LIMIT = 4000
"""Characters of path and query together (destination-service §2)."""

_JSON = "application/json"
_ECHOED = (b"x-correlationid", b"x-correlation-id", b"x-vcap-request-id")
_NO_STORE = (b"cache-control", b"no-store")
_DECODER = msgspec.json.Decoder(float_hook=str)  # a number stays as it was written: values are texts here


async def respond(request: Request, work: Callable[[], Awaitable[Answer]]) -> Response:
    """The HTTP answer to what `work` answers or raises."""
    try:
        _check_length(request)
        response = await _response(await work(), request_id(request))
    except FaultError as error:
        response = fault_answer(error.fault, request_id(request))
    response.raw_headers.append(_NO_STORE)
    response.raw_headers += [header for header in request.scope["headers"] if header[0] in _ECHOED]
    return response


def guarded(
    entrance: Entrance, level: Level, kind: EntityKind, work: Callable[[Request, Place], Awaitable[Answer]]
) -> Handler:
    """A handler that first finds out whether the caller may, and only then does `work` at the place that is meant.

    Everything but GET writes.
    """

    async def handler(request: Request) -> Response:
        async def answer() -> Answer:
            write = request.method not in {"GET", "HEAD"}
            headers = request.headers
            place = await entrance.enter(
                credentials_of(request),
                level,
                kind,
                write=write,
                instance_id=headers.get(INSTANCE_HEADER, "").lower(),
            )
            request.state.caller_verified = True
            return await work(request, place)

        return await respond(request, answer)

    return handler


def credentials_of(request: Request) -> Credentials:
    """What the request shows. Only TLS says which certificate that is; no header does."""
    return Credentials(request.headers.get("authorization", ""), thumbprint_of(request))


def thumbprint_of(request: Request) -> str:
    """`x5t#S256` of the client certificate of the connection; empty for none."""
    der = request.scope.get("extensions", {}).get(PEER_CERTIFICATE)
    return thumbprint(der) if der else ""


def on_level(level: Level, operation: Operation) -> Operation:
    """The description of a route of a level: on that of an instance, people name the instance."""
    if level is not Level.INSTANCE:
        return operation
    about = "For user tokens of applications without a destination instance: whose level is meant."
    named = parameter("header", INSTANCE_HEADER.title(), about=about)
    return replace(operation, parameters=(*operation.parameters, named))


def name_of(request: Request) -> str:
    """The name in the path, decoded once."""
    return str(request.path_params["name"])


async def json_body(request: Request, expected: str) -> object:
    """The body as JSON. `expected` says in the refusal what it should be. Raises `FaultError` (400)."""
    try:
        return _DECODER.decode(await request.body())
    except msgspec.DecodeError as error:
        raise body_refusal(expected, str(error)) from None
    except RecursionError:
        raise body_refusal(expected, "it is nested too deeply") from None
    except UnicodeDecodeError:
        raise body_refusal(expected, "it is not UTF-8") from None
    except ClientDisconnect:
        raise body_refusal(expected, "the connection ended before it did") from None


async def object_body(request: Request, expected: str) -> Mapping[str, object]:
    """The body as a JSON object. Raises `FaultError` (400)."""
    body = await json_body(request, expected)
    if not isinstance(body, dict):
        raise body_refusal(expected, "it is no JSON object")
    return body


async def objects_body(request: Request, expected: str) -> tuple[list[Mapping[str, object]], bool]:
    """The body as JSON objects, and whether it is a list of them or a single one. Raises `FaultError` (400).

    Their names go on record with the request.
    """
    body = await json_body(request, expected)
    many = isinstance(body, list)
    objects: list[Any] = body if isinstance(body, list) else [body]
    if not all(isinstance(one, dict) for one in objects):
        raise body_refusal(expected, "it is no JSON object and no list of them")
    request.state.names = [str(one.get("Name", ""))[:200] for one in objects[:_NAMED]]
    return objects, many


def body_refusal(expected: str, reason: str) -> FaultError:
    """The refusal of a body. `expected` completes "the body is not ..."."""
    return FaultError(fault("destination.body-invalid", expected=expected, reason=reason))


def conditions(request: Request) -> Conditions:
    """The conditional headers."""
    return Conditions(request.headers.get("if-match", ""), request.headers.get("if-none-match", ""))


def _check_length(request: Request) -> None:
    query = request.scope["query_string"]
    length = len(request.scope.get("raw_path") or request.url.path) + len(query) + bool(query)
    if length > URI_LIMIT:
        raise FaultError(fault("destination.uri-too-long", length=length, limit=URI_LIMIT))


async def _response(answer: Answer, request_id: str) -> Response:
    headers = dict(answer.headers)
    if answer.etag:
        headers["ETag"] = answer.etag
    if answer.fault is not None:
        headers |= error_headers(answer.fault, request_id)
    if answer.items is not None:
        return await _list(answer.items, headers)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(msgspec.json.encode(answer.body), answer.status, headers, _JSON)


async def _list(chunks: AsyncIterator[list[object]], headers: Mapping[str, str]) -> Response:
    """A JSON list. What fails before the second chunk is a named answer; later the connection is dropped (§2.4)."""
    nothing: list[object] = []
    first, second = await anext(chunks, nothing), await anext(chunks, nothing)
    if not second:
        return Response(msgspec.json.encode(first), 200, headers, _JSON)
    return StreamingResponse(_written(first, second, chunks), 200, headers, _JSON)


async def _written(
    first: list[object], second: list[object], rest: AsyncIterator[list[object]]
) -> AsyncIterator[bytes]:
    yield msgspec.json.encode(first)[:-1]
    yield b"," + msgspec.json.encode(second)[1:-1]
    async for chunk in rest:
        yield b"," + msgspec.json.encode(chunk)[1:-1]
    yield b"]"
