"""The Destination service over HTTP (destination-service §2): translates headers and answers, decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from landbridge.api.answers import fault_answer, request_id
from landbridge.destinations.answer import Answer
from landbridge.destinations.request import Conditions, FindRequest
from landbridge.destinations.service import DestinationService, Level
from landbridge.faults import FaultError, error_headers, fault

URI_LIMIT = 4000
"""Characters of path and query together (destination-service §2)."""

_ECHOED = ("x-correlationid", "x-correlation-id", "x-vcap-request-id")
_LIST_OPTIONS = ("$filter", "$select", "$page", "$pageSize", "$pageCount", "$entityCount", "$includeMetadata")


def router(service: DestinationService) -> APIRouter:
    """The routes below /destination-configuration/v1.

    Names are taken as paths, so that a name with a slash gets the literal 404 of the service and not the framework's.
    """
    routes = APIRouter(prefix="/destination-configuration/v1")

    @routes.get("/destinations/{name:path}")
    async def find(request: Request, name: str) -> Response:
        return await _respond(request, lambda: service.find(_find_request(request, name)))

    _levels(routes, service, Level.INSTANCE, "/instanceDestinations")
    _levels(routes, service, Level.SUBACCOUNT, "/subaccountDestinations")
    return routes


def _levels(routes: APIRouter, service: DestinationService, level: Level, path: str) -> None:
    @routes.get(path)
    async def all_of_level(request: Request) -> Response:
        return await _respond(request, lambda: _list(request, service, level))

    @routes.get(path + "/{name:path}")
    async def one(request: Request, name: str) -> Response:
        authorization = request.headers.get("authorization", "")
        return await _respond(request, lambda: service.get(authorization, level, name, _conditions(request)))


async def _list(request: Request, service: DestinationService, level: Level) -> Answer:
    """An option that narrows the list is refused as long as it would be ignored: the caller would take all for some."""
    answer = await service.list(request.headers.get("authorization", ""), level)
    for option in _LIST_OPTIONS:
        if option in request.query_params:
            raise FaultError(fault("destination.option-unsupported", option=option))
    return answer


def _find_request(request: Request, name: str) -> FindRequest:
    headers = request.headers
    return FindRequest(
        authorization=headers.get("authorization", ""),
        name=name,
        skip_credentials=_is_true(request.query_params.get("$skipCredentials")),
        skip_tokens=_is_true(request.query_params.get("$skipTokenRetrieval")),
        user_token=headers.get("x-user-token", ""),
        tenant=headers.get("x-tenant", ""),
        fragments=tuple(headers.getlist("x-fragment-name")),
        fragment_optional=_is_true(headers.get("x-fragment-optional")),
        chain=headers.get("x-chain-name", ""),
        client_assertion=any(headers.get(key) for key in ("x-client-assertion", "x-client-assertion-destination-name")),
        conditions=_conditions(request),
    )


def _conditions(request: Request) -> Conditions:
    return Conditions(request.headers.get("if-match", ""), request.headers.get("if-none-match", ""))


def _is_true(text: str | None) -> bool:
    return (text or "").lower() == "true"


async def _respond(request: Request, work: Callable[[], Awaitable[Answer]]) -> Response:
    try:
        _check_length(request)
        response = _response(await work(), request_id(request))
    except FaultError as error:
        response = fault_answer(error.fault, request_id(request))
    response.headers["Cache-Control"] = "no-store"
    for name in _ECHOED:
        if name in request.headers:
            response.headers[name] = request.headers[name]
    return response


def _check_length(request: Request) -> None:
    length = len(request.scope.get("raw_path") or request.url.path) + len(request.scope["query_string"])
    if length > URI_LIMIT:
        raise FaultError(fault("destination.uri-too-long", length=length, limit=URI_LIMIT))


def _response(answer: Answer, request_id: str) -> Response:
    headers = {"ETag": answer.etag} if answer.etag else {}
    if answer.fault is not None:
        headers |= error_headers(answer.fault, request_id)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return JSONResponse(answer.body, answer.status, headers)
