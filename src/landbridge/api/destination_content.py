"""Destinations of a level over HTTP (destination-service §2.4): lists, single and bulk writes, deletion by filter."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from landbridge.api.destination_answers import LEVELS, PREFIX, conditions, guarded, name_of, objects_body, on_level
from landbridge.api.operations import COUNT, NAME, Operation, add, list_of, one_or_many, parameter, ref
from landbridge.destinations.answer import Answer
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.filter import names_of
from landbridge.destinations.kinds import DESTINATION
from landbridge.destinations.levels import Level, Place
from landbridge.destinations.listing import listing
from landbridge.destinations.reading import Reading
from landbridge.destinations.writing import Writing
from landbridge.model.destination import Destination

_BODY = "a destination or a list of them"


def router(entrance: Entrance, reading: Reading[Destination], writing: Writing[Destination]) -> APIRouter:
    """The routes for destinations of both levels."""
    routes = APIRouter(prefix=PREFIX, tags=["Destinations"])
    for level, word in LEVELS.items():
        _reading(routes, entrance, reading, level, f"/{word}Destinations")
        _writing(routes, entrance, writing, level, f"/{word}Destinations")
    return routes


def _reading(routes: APIRouter, entrance: Entrance, reading: Reading[Destination], level: Level, path: str) -> None:
    async def all_of_level(request: Request, place: Place) -> Answer:
        return await reading.list(place, listing(request.query_params, DESTINATION.metadata), path)

    async def one(request: Request, place: Place) -> Answer:
        return await reading.get(place, name_of(request), conditions(request))

    for suffix, operation, work in (("", _LIST, all_of_level), ("/{name:path}", _GET, one)):
        handler = guarded(entrance, level, DESTINATION.entity, work)
        add(routes, "GET", path + suffix, on_level(level, operation), handler)


def _writing(routes: APIRouter, entrance: Entrance, writing: Writing[Destination], level: Level, path: str) -> None:
    async def create(request: Request, place: Place) -> Answer:
        return await writing.create(place, *await objects_body(request, _BODY))

    async def replace(request: Request, place: Place) -> Answer:
        return await writing.replace(place, *await objects_body(request, _BODY))

    async def delete_listed(request: Request, place: Place) -> Answer:
        return await writing.delete_many(place, names_of(request.query_params.get("$filter")))

    async def delete(request: Request, place: Place) -> Answer:
        return await writing.delete(place, name_of(request))

    for method, suffix, operation, work in (
        ("POST", "", _CREATE, create),
        ("PUT", "", _REPLACE, replace),
        ("DELETE", "", _DELETE_LISTED, delete_listed),
        ("DELETE", "/{name:path}", _DELETE, delete),
    ):
        handler = guarded(entrance, level, DESTINATION.entity, work)
        add(routes, method, path + suffix, on_level(level, operation), handler)


_LIST = Operation(
    "List destinations, with secrets. $filter, $select and $page exclude each other.",
    {200: list_of(ref("ListedDestination"))},
    parameters=(
        parameter("query", "$filter", about="Name in ('a','b'); startswith(Name,'a'); Label['k'] HAS ('v'); ..."),
        parameter("query", "$select", {"type": "string", "enum": ["Name"]}, about="Names only."),
        parameter("query", "$page", {"type": "integer", "minimum": 1, "maximum": 10**9}),
        parameter("query", "$pageSize", {"type": "integer", "minimum": 1, "maximum": 1000}, about="With $page; 10."),
        parameter("query", "$pageCount", about="true, with $page: the header Page-Count."),
        parameter("query", "$entityCount", about="true, with $page: the header Entity-Count."),
        parameter(
            "query",
            "$includeMetadata",
            about="modification_time;etag;labels;shared_with_subscriber, not with $select and $page.",
        ),
    ),
    headers=("Link", "Page-Count", "Entity-Count"),
)
_GET = Operation(
    "Read a destination as it is stored.",
    {200: ref("StoredDestination"), 304: None, 412: None},
    refusals=(404,),
    parameters=(NAME, parameter("header", "If-Match"), parameter("header", "If-None-Match")),
    headers=("ETag",),
)
_CREATE = Operation(
    "Create one destination, or many: each is written whole or not at all. A list is answered with a list.",
    {201: None, 207: list_of(ref("Written"))},
    refusals=(409, 413),
    body=one_or_many(ref("Destination")),
)
_REPLACE = Operation(
    "Replace one destination, or many, by new ones of the same names.",
    {200: {"anyOf": [COUNT, list_of(ref("Written"))]}, 207: list_of(ref("Written"))},
    refusals=(404, 413),
    body=one_or_many(ref("Destination")),
)
_DELETE_LISTED = Operation(
    "Delete the destinations of these names; all, or none when some are in use.",
    {200: ref("Deleted")},
    parameters=(parameter("query", "$filter", required=True, about="Name in ('a','b')"),),
)
_DELETE = Operation("Delete a destination.", {200: COUNT}, refusals=(404,), parameters=(NAME,))
