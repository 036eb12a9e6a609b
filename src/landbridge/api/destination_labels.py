"""Labels of destinations, fragments and certificates over HTTP (destination-service §2.8)."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request

from landbridge.api.destination_answers import LEVELS, PREFIX, guarded, json_body, name_of, on_level
from landbridge.api.operations import NAME, Operation, add, list_of, ref
from landbridge.destinations.answer import Answer
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.labels import Labelling
from landbridge.destinations.levels import Level, Place


def router(entrance: Entrance, labellings: Mapping[str, Labelling]) -> APIRouter:
    """The routes for labels of both levels. `labellings`: by what the path is called, like `Destinations`.

    They come before the routes of what they label: those take everything behind the slash for a name.
    """
    routes = APIRouter(prefix=PREFIX, tags=["Labels"])
    for level, word in LEVELS.items():
        for called, labelling in labellings.items():
            _labels(routes, entrance, labelling, level, f"/{word}{called}/{{name:path}}/labels")
    return routes


def _labels(routes: APIRouter, entrance: Entrance, labelling: Labelling, level: Level, path: str) -> None:
    async def get(request: Request, place: Place) -> Answer:
        return await labelling.get(place, name_of(request))

    async def replace(request: Request, place: Place) -> Answer:
        return await labelling.set(place, name_of(request), await json_body(request, "a list of labels"))

    async def change(request: Request, place: Place) -> Answer:
        return await labelling.change(place, name_of(request), await json_body(request, "a change of labels"))

    for method, operation, work in (("GET", _GET, get), ("PUT", _SET, replace), ("PATCH", _CHANGE, change)):
        handler = guarded(entrance, level, labelling.kind.entity, work)
        add(routes, method, path, on_level(level, operation), handler)


_LABELS = list_of(ref("Label"))
_GET = Operation("Read labels.", {200: _LABELS}, refusals=(404,), parameters=(NAME,))
_SET = Operation("Replace all labels.", {200: _LABELS}, refusals=(404, 413), parameters=(NAME,), body=_LABELS)
_CHANGE = Operation(
    "Add values to labels, or take values away.",
    {200: _LABELS},
    refusals=(404, 413),
    parameters=(NAME,),
    body=ref("LabelChange"),
)
