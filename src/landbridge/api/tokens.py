"""Routes of the token service: how a request is read, in which words a refusal goes out (destination-service §5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from landbridge.api.answers import request_id
from landbridge.faults import Fault, FaultError, error_headers, fault
from landbridge.identity.refusals import oauth_error
from landbridge.identity.request import TokenRequest
from landbridge.identity.tokens import TokenService

_log = logging.getLogger(__name__)

_FIELD_LIMIT = 100
_FORM = "application/x-www-form-urlencoded"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_REALM = 'Basic realm="UAA/client", error="unauthorized", error_description="{}"'


def router(service: TokenService) -> APIRouter:
    """The routes, all of them open to everybody: the token endpoint asks for credentials itself."""
    routes = APIRouter(tags=["tokens"])

    @routes.post("/oauth/token")
    async def issue(request: Request) -> JSONResponse:
        try:
            issued = await service.issue(await _read(request))
        except FaultError as error:
            return _refusal(request, error.fault)
        return JSONResponse(issued.answer(), headers=_NO_STORE)

    @routes.get("/token_keys")
    async def token_keys() -> dict[str, Any]:
        return service.token_keys()

    @routes.get("/token_key")
    async def token_key() -> dict[str, Any]:
        return service.token_key()

    @routes.get("/.well-known/openid-configuration")
    @routes.get("/oauth/token/.well-known/openid-configuration")
    async def discovery(request: Request) -> JSONResponse:
        host = request.headers.get("host", "")
        try:
            return JSONResponse(await service.discovery(host, f"{request.url.scheme}://{host}"), headers=_NO_STORE)
        except FaultError as error:
            return _refusal(request, error.fault)

    return routes


async def _read(request: Request) -> TokenRequest:
    """The request as the service understands it. Raises `FaultError` (`identity.request-malformed`)."""
    fields = [*request.query_params.multi_items(), *_form(request, await request.body())]
    return TokenRequest(
        parameters=_single(fields),
        authorization=request.headers.get("authorization", ""),
        host=request.headers.get("host", ""),
        zid=request.headers.get("x-zid", ""),
    )


def _form(request: Request, body: bytes) -> list[tuple[str, str]]:
    """The fields of a form; a body without a content type counts as one."""
    if not body:
        return []
    kind = request.headers.get("content-type", _FORM).partition(";")[0].strip().lower()
    if kind != _FORM:
        raise _malformed(f"the content type is {kind[:100]}, not {_FORM}")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELD_LIMIT)
    except ValueError:
        raise _malformed("the form is not URL-encoded UTF-8, or has too many fields") from None


def _single(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each parameter once; the same value twice, in query and form, is no contradiction."""
    parameters: dict[str, str] = {}
    for name, value in fields:
        if parameters.setdefault(name, value) != value:
            raise _malformed(f"the parameter '{name[:50]}' has two different values")
    return parameters


def _malformed(reason: str) -> FaultError:
    return FaultError(fault("identity.request-malformed", reason=reason))


def _refusal(request: Request, refused: Fault) -> JSONResponse:
    _log.info("token refused", extra={"fault": refused.code, "request_id": request_id(request)})
    headers = {**_NO_STORE, **error_headers(refused, request_id(request))}
    error = oauth_error(refused)
    if error == "invalid_client":
        headers["WWW-Authenticate"] = _REALM.format(refused.body)
    body = {"error": error, "error_description": refused.body}
    return JSONResponse(body, status_code=refused.kind.status, headers=headers)
