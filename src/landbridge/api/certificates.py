"""Certificates over HTTP (destination-service §2.6): translates, decides nothing."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from landbridge.api.destination_answers import LEVELS, PREFIX, conditions, guarded, name_of, objects_body, on_level
from landbridge.api.operations import (
    COUNT,
    NAME,
    TEXT,
    JsonSchema,
    Operation,
    add,
    list_of,
    one_or_many,
    parameter,
    ref,
)
from landbridge.destinations.answer import Answer
from landbridge.destinations.certificates.kind import CERTIFICATE
from landbridge.destinations.certificates.service import CertificateService
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.filter import names_of
from landbridge.destinations.levels import Level, Place
from landbridge.destinations.listing import listing

_BODY = "a certificate (Name, Type, and Content or Attributes), or a list of them"


def router(entrance: Entrance, service: CertificateService) -> APIRouter:
    """The routes for certificates of both levels."""
    routes = APIRouter(prefix=PREFIX, tags=["Certificates"])
    for level, word in LEVELS.items():
        _reading(routes, entrance, service, level, f"/{word}Certificates")
        _writing(routes, entrance, service, level, f"/{word}Certificates")
    return routes


def _reading(routes: APIRouter, entrance: Entrance, service: CertificateService, level: Level, path: str) -> None:
    async def all_of_level(request: Request, place: Place) -> Answer:
        return await service.list(place, listing(request.query_params, CERTIFICATE.metadata), path)

    async def public_keys(request: Request, place: Place) -> Answer:
        return await service.public_keys(place, name_of(request), conditions(request))

    async def one(request: Request, place: Place) -> Answer:
        return await service.get(place, name_of(request), conditions(request))

    for suffix, operation, work in (
        ("", _LIST, all_of_level),
        ("/{name}/publicKeys", _PUBLIC_KEYS, public_keys),
        ("/{name:path}", _GET, one),
    ):
        handler = guarded(entrance, level, CERTIFICATE.entity, work)
        add(routes, "GET", path + suffix, on_level(level, operation), handler)


def _writing(routes: APIRouter, entrance: Entrance, service: CertificateService, level: Level, path: str) -> None:
    async def create(request: Request, place: Place) -> Answer:
        return await service.create(place, *await objects_body(request, _BODY))

    async def replace(request: Request, place: Place) -> Answer:
        return await service.replace(place, *await objects_body(request, _BODY))

    async def delete_listed(request: Request, place: Place) -> Answer:
        return await service.delete_many(place, names_of(request.query_params.get("$filter")))

    async def delete(request: Request, place: Place) -> Answer:
        return await service.delete(place, name_of(request))

    for method, suffix, operation, work in (
        ("POST", "", _CREATE, create),
        ("PUT", "", _REPLACE, replace),
        ("DELETE", "", _DELETE_LISTED, delete_listed),
        ("DELETE", "/{name:path}", _DELETE, delete),
    ):
        handler = guarded(entrance, level, CERTIFICATE.entity, work)
        add(routes, method, path + suffix, on_level(level, operation), handler)


def _object(required: tuple[str, ...], **properties: JsonSchema) -> JsonSchema:
    return {"type": "object", "properties": properties, "required": list(required)}


_VALIDITY = _object(
    ("TimeUnit", "Value"), TimeUnit={"enum": ["DAYS", "MONTHS", "YEARS"]}, Value={"type": "integer", "minimum": 1}
)
_ATTRIBUTES: JsonSchema = {
    **_object((), CN=TEXT, CSR=TEXT, Validity=_VALIDITY, AutomaticRenew={"type": "boolean"}, Password=TEXT),
    "additionalProperties": False,
}
_GIVEN = _object(("Name",), Name=TEXT, Type={"type": ["string", "null"]}, Content=TEXT, Attributes=_ATTRIBUTES)
_PUBLIC_KEY = _object(("Content", "SubjectDN"), Alias=TEXT, Content=TEXT, SubjectDN=TEXT)
_WRITTEN = list_of(ref("Written"))

_LIST = Operation(
    "List certificates, with their content. $filter, $select and $page exclude each other.",
    {200: list_of({"type": "object", "required": ["Name"]})},
    parameters=(
        parameter("query", "$filter", about="Name in ('a.pem','b.p12'); Label['k'] HAS ('v')"),
        parameter("query", "$select", {"type": "string", "enum": ["Name"]}, about="Names only."),
        parameter("query", "$page", {"type": "integer", "minimum": 1, "maximum": 10**9}),
        parameter("query", "$pageSize", {"type": "integer", "minimum": 1, "maximum": 1000}, about="With $page; 10."),
        parameter("query", "$pageCount", about="true, with $page: the header Page-Count."),
        parameter("query", "$entityCount", about="true, with $page: the header Entity-Count."),
        parameter("query", "$includeMetadata", about="labels;shared_with_subscriber, not with $select and $page."),
    ),
    headers=("Link", "Page-Count", "Entity-Count"),
)
_GET = Operation(
    "Read a certificate as it is stored: its content is the base64 of the file.",
    {200: ref("Certificate"), 304: None, 412: None},
    refusals=(404,),
    parameters=(NAME, parameter("header", "If-Match"), parameter("header", "If-None-Match")),
    headers=("ETag",),
)
_PUBLIC_KEYS = Operation(
    "Show the certificates in a file, without its private keys.",
    {200: list_of(_PUBLIC_KEY), 304: None, 412: None},
    refusals=(404,),
    parameters=(NAME, parameter("header", "If-Match"), parameter("header", "If-None-Match")),
    headers=("ETag",),
)
_CREATE = Operation(
    "Store certificates, or have them made: with Attributes in place of Content.",
    {201: None, 207: _WRITTEN},
    refusals=(409, 413),
    body=one_or_many(_GIVEN),
)
_REPLACE = Operation(
    "Replace certificates by others of the same names.",
    {200: {"anyOf": [COUNT, _WRITTEN]}, 207: _WRITTEN},
    refusals=(404, 413),
    body=one_or_many(_GIVEN),
)
_DELETE_LISTED = Operation(
    "Delete the certificates of these names.",
    {200: ref("Deleted")},
    parameters=(parameter("query", "$filter", required=True, about="Name in ('a.pem','b.p12')"),),
)
_DELETE = Operation("Delete a certificate.", {200: COUNT}, refusals=(404,), parameters=(NAME,))
