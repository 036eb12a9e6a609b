"""Trust key pairs and SAML metadata over HTTP (destination-service §2.7): translates, decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from landbridge.api.destination_answers import credentials_of, respond
from landbridge.api.operations import COUNT, TEXT, JsonSchema, Operation, add
from landbridge.destinations.answer import Answer
from landbridge.destinations.caller import Credentials
from landbridge.destinations.trust.service import TrustService
from landbridge.faults import FaultError, fault
from landbridge.model.trust import TrustSlot

_PATH = "/destination-configuration/v1/saml2Metadata"
_CERTIFICATE = f"{_PATH}/certificate"

Work = Callable[[Credentials], Awaitable[Answer]]
"""What a route does for the one who asks."""


def router(service: TrustService) -> APIRouter:
    """The routes for the key pairs of a subaccount, and for the caches of identity services."""
    routes = APIRouter(tags=["Trust"])
    _add(routes, "GET", _PATH, _METADATA, service.metadata)
    for slot, path in ((TrustSlot.ACTIVE, _CERTIFICATE), (TrustSlot.PASSIVE, f"{_CERTIFICATE}/passive")):
        _slot(routes, service, slot, path)
    _add(routes, "DELETE", f"{_CERTIFICATE}/passive", _DELETE, service.delete_passive)
    _add(routes, "POST", f"{_PATH}/rotateCertificate", _ROTATE, service.rotate, takes_body=False)
    _add(routes, "DELETE", "/destination-configuration/maintenance/v1/caches/ias", _CACHES, service.drop_caches)
    return routes


def _slot(routes: APIRouter, service: TrustService, slot: TrustSlot, path: str) -> None:
    async def show(shown: Credentials) -> Answer:
        return await service.certificate(shown, slot)

    async def create(shown: Credentials) -> Answer:
        return await service.create(shown, slot)

    _add(routes, "GET", path, _SHOW, show)
    _add(routes, "POST", path, _CREATE, create, takes_body=False)


def _add(
    routes: APIRouter, method: str, path: str, operation: Operation, work: Work, *, takes_body: bool = True
) -> None:
    async def handler(request: Request) -> Response:
        async def checked() -> Answer:
            if not takes_body and await request.body():
                raise FaultError(fault("trust.body-unexpected"))
            return await work(credentials_of(request))

        return await respond(request, checked)

    add(routes, method, path, operation, handler)


def _texts(*names: str) -> JsonSchema:
    return {"type": "object", "properties": dict.fromkeys(names, TEXT), "required": list(names)}


_METADATA = Operation("Get the SAML metadata of the subaccount, in base64.", {200: _texts("idpMetadata")}, (404,))
_SHOW = Operation("Get the certificate of a key pair.", {200: _texts("certificate")}, (404,))
_CREATE = Operation("Make a key pair, in place of the one that is there.", {200: _texts("certificate")})
_DELETE = Operation("Delete the passive key pair.", {200: COUNT}, (404,))
_ROTATE = Operation(
    "Let the passive key pair sign from now on.", {200: _texts("activeCertificate", "passiveCertificate")}, (404,)
)
_CACHES = Operation("Forget what is kept of foreign identity services.", {200: None})
