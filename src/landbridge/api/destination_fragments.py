"""Fragments of a level over HTTP (destination-service §2.5): one at a time, there are no bulk writes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from landbridge.api.destination_answers import LEVELS, PREFIX, conditions, guarded, name_of, object_body, on_level
from landbridge.api.operations import COUNT, NAME, Operation, add, list_of, parameter, ref
from landbridge.destinations.answer import Answer
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.kinds import FRAGMENT
from landbridge.destinations.levels import Level, Place
from landbridge.destinations.listing import listing
from landbridge.destinations.reading import Reading
from landbridge.destinations.writing import Writing
from landbridge.model.fragment import Fragment

_BODY = "a fragment"


def router(entrance: Entrance, reading: Reading[Fragment], writing: Writing[Fragment]) -> APIRouter:
    """The routes for fragments of both levels."""
    routes = APIRouter(prefix=PREFIX, tags=["Fragments"])
    for level, word in LEVELS.items():
        _reading(routes, entrance, reading, level, f"/{word}DestinationFragments")
        _writing(routes, entrance, writing, level, f"/{word}DestinationFragments")
    return routes


def _reading(routes: APIRouter, entrance: Entrance, reading: Reading[Fragment], level: Level, path: str) -> None:
    async def all_of_level(request: Request, place: Place) -> Answer:
        return await reading.list(place, listing(request.query_params, FRAGMENT.metadata), path)

    async def one(request: Request, place: Place) -> Answer:
        return await reading.get(place, name_of(request), conditions(request))

    for suffix, operation, work in (("", _LIST, all_of_level), ("/{name:path}", _GET, one)):
        handler = guarded(entrance, level, FRAGMENT.entity, work)
        add(routes, "GET", path + suffix, on_level(level, operation), handler)


def _writing(routes: APIRouter, entrance: Entrance, writing: Writing[Fragment], level: Level, path: str) -> None:
    async def create(request: Request, place: Place) -> Answer:
        return await writing.create(place, [await object_body(request, _BODY)], many=False)

    async def replace(request: Request, place: Place) -> Answer:
        return await writing.replace(place, [await object_body(request, _BODY)], many=False)

    async def delete(request: Request, place: Place) -> Answer:
        return await writing.delete(place, name_of(request), must_exist=False)

    for method, suffix, operation, work in (
        ("POST", "", _CREATE, create),
        ("PUT", "", _REPLACE, replace),
        ("DELETE", "/{name:path}", _DELETE, delete),
    ):
        handler = guarded(entrance, level, FRAGMENT.entity, work)
        add(routes, method, path + suffix, on_level(level, operation), handler)


_LIST = Operation(
    "List fragments.",
    {200: list_of(ref("ListedFragment"))},
    parameters=(
        parameter("query", "$filter", about="Label['k'] HAS ('v'), or by FragmentName as for destinations."),
        parameter("query", "$includeMetadata", about="labels;shared_with_subscriber"),
    ),
)
_GET = Operation(
    "Read a fragment as it is stored.",
    {200: ref("StoredFragment"), 304: None, 412: None},
    refusals=(404,),
    parameters=(NAME, parameter("header", "If-Match"), parameter("header", "If-None-Match")),
    headers=("ETag",),
)
_CREATE = Operation("Create a fragment.", {201: None}, refusals=(409, 413), body=ref("Fragment"))
_REPLACE = Operation("Replace a fragment.", {200: COUNT}, refusals=(404, 413), body=ref("Fragment"))
_DELETE = Operation("Delete a fragment; Count is 0 when there is none.", {200: COUNT}, parameters=(NAME,))
