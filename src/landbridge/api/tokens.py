"""Routes of the token service: how a request is read, in which words a refusal goes out (destination-service §5)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from landbridge.api.answers import request_id, retry_header
from landbridge.api.forms import form_fields, single
from landbridge.api.server import PEER_CERTIFICATE
from landbridge.faults import Fault, FaultError, error_headers
from landbridge.identity.client_certificates import Presented, presented
from landbridge.identity.refusals import oauth_error
from landbridge.identity.request import Shape, TokenRequest
from landbridge.identity.tokens import TokenService

_log = logging.getLogger(__name__)

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_REALM = 'Basic realm="UAA/client", error="unauthorized", error_description="{}"'


def router(service: TokenService) -> APIRouter:
    """The routes, all of them open to everybody: the token endpoint asks for credentials itself."""
    routes = APIRouter(tags=["tokens"])
    _endpoints(routes, service)
    _documents(routes, service)
    return routes


def _endpoints(routes: APIRouter, service: TokenService) -> None:
    @routes.post("/oauth/token")
    async def issue(request: Request) -> Response:
        return await _issued(request, service)

    @routes.post("/oauth/token/alias/{alias}")
    async def issue_by_alias(request: Request, alias: str) -> Response:
        """For SAML assertions of other subaccounts; `alias` is the one of /saml/metadata."""
        return await _issued(request, service, alias=alias)

    @routes.post("/oauth2/token")
    async def issue_ias(request: Request) -> Response:
        """The same grants with tokens in the shape of the Identity Authentication service."""
        return await _issued(request, service, shape=Shape.IAS)


def _documents(routes: APIRouter, service: TokenService) -> None:
    @routes.get("/token_keys")
    @routes.get("/oauth2/certs")
    async def token_keys() -> dict[str, Any]:
        return service.token_keys()

    @routes.get("/token_key")
    async def token_key() -> dict[str, Any]:
        return service.token_key()

    @routes.get("/userinfo")
    async def userinfo(request: Request) -> Response:
        async def answer() -> Response:
            token = TokenRequest({}, request.headers.get("authorization", "")).bearer
            return JSONResponse(service.userinfo(token), headers=_NO_STORE)

        return await _answered(request, answer)

    @routes.get("/saml/metadata")
    async def saml_metadata(request: Request) -> Response:
        async def answer() -> Response:
            text = await service.saml_metadata(request.headers.get("host", ""))
            return Response(text, media_type="application/samlmetadata+xml", headers=_NO_STORE)

        return await _answered(request, answer)

    @routes.get("/.well-known/openid-configuration")
    @routes.get("/oauth/token/.well-known/openid-configuration")
    async def discovery(request: Request) -> Response:
        async def answer() -> Response:
            host = request.headers.get("host", "")
            document = await service.discovery(host, f"{request.url.scheme}://{host}")
            return JSONResponse(document, headers=_NO_STORE)

        return await _answered(request, answer)


async def _issued(request: Request, service: TokenService, alias: str = "", shape: Shape = Shape.XSUAA) -> Response:
    async def answer() -> Response:
        issued = await service.issue(await _read(request, alias, shape))
        return JSONResponse(issued.answer(), headers=_NO_STORE)

    return await _answered(request, answer)


async def _answered(request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await answer()
    except FaultError as error:
        return _refusal(request, error.fault)


async def _read(request: Request, alias: str, shape: Shape) -> TokenRequest:
    """The request as the service understands it. Raises `FaultError` (`identity.request-malformed`)."""
    fields = [*request.query_params.multi_items(), *await form_fields(request)]
    return TokenRequest(
        parameters=single(fields),
        authorization=request.headers.get("authorization", ""),
        host=request.headers.get("host", ""),
        zid=request.headers.get("x-zid", ""),
        certificate=peer_certificate(request),
        alias=alias,
        address=address_of(request),
        shape=shape,
    )


def peer_certificate(request: Request) -> Presented | None:
    """The client certificate of the connection. Only TLS says who that is; no header does."""
    der = request.scope.get("extensions", {}).get(PEER_CERTIFICATE)
    return presented(der) if der else None


def address_of(request: Request) -> str:
    """Where the connection comes from."""
    return request.client.host if request.client else ""


def _refusal(request: Request, refused: Fault) -> JSONResponse:
    _log.info("token refused", extra={"fault": refused.code, "request_id": request_id(request)})
    headers = {**_NO_STORE, **error_headers(refused, request_id(request)), **retry_header(refused)}
    error = oauth_error(refused)
    if error == "invalid_client":
        headers["WWW-Authenticate"] = _REALM.format(refused.body)
    body = {"error": error, "error_description": refused.body}
    return JSONResponse(body, status_code=refused.kind.status, headers=headers)
