"""The Destination service's API in process, as the composition root puts it together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter
from starlette.types import ASGIApp

from landbridge.api import (
    destination_content,
    destination_fragments,
    destination_labels,
    destinations,
    openapi,
)
from landbridge.api.app import create_app
from landbridge.destinations.certificates.kind import CERTIFICATE
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.kinds import DESTINATION, FRAGMENT, Kind
from landbridge.destinations.labels import Labelling
from landbridge.destinations.reading import Reading
from landbridge.destinations.service import DestinationService
from landbridge.destinations.writing import Writing
from landbridge.identity.request_limit import RequestLimit
from landbridge.store import Database
from tests.destinations.scene import ACME, Scene, open_scene

BASE = "/destination-configuration/v1"
NOT_FOUND = "Configuration with the specified name was not found"
BODY_LIMIT = 100_000


@dataclass
class Api:
    """The API, called with a token of the instance 'one' for its own subaccount unless said otherwise."""

    scene: Scene
    app: ASGIApp
    client: httpx.AsyncClient

    async def call(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        instance: str = "one",
        tenant: str = ACME,
        **request: Any,
    ) -> httpx.Response:
        given = {"Authorization": await self.scene.bearer(instance, zid=tenant), **(headers or {})}
        url = path if path.startswith("/destination-configuration") else BASE + path
        return await self.client.request(method, url, headers=given, **request)

    async def get(self, path: str, headers: dict[str, str] | None = None, **call: Any) -> httpx.Response:
        return await self.call("GET", path, headers, **call)

    async def post(self, path: str, body: object, **call: Any) -> httpx.Response:
        return await self.call("POST", path, json=body, **call)

    async def put(self, path: str, body: object, **call: Any) -> httpx.Response:
        return await self.call("PUT", path, json=body, **call)

    async def delete(self, path: str, **call: Any) -> httpx.Response:
        return await self.call("DELETE", path, **call)


def routers(db: Database, entrance: Entrance, finder: DestinationService) -> list[APIRouter]:
    """What the description describes."""
    kinds: dict[str, Kind[Any]] = {
        "Destinations": DESTINATION,
        "DestinationFragments": FRAGMENT,
        "Certificates": CERTIFICATE,
    }
    return [
        destinations.router(finder),
        destination_labels.router(entrance, {path: Labelling(db, kind) for path, kind in kinds.items()}),
        destination_content.router(entrance, Reading(db, DESTINATION), Writing(db, DESTINATION)),
        destination_fragments.router(entrance, Reading(db, FRAGMENT), Writing(db, FRAGMENT)),
    ]


def application(scene: Scene) -> ASGIApp:
    """The routers, as in `landbridge.app`."""

    async def nothing(*_: object) -> list[str]:
        return []

    finder = scene.service()
    described = routers(scene.db, Entrance(scene.db, scene.verifier, RequestLimit(scene.clock)), finder)
    busy = destinations.handlers(finder)
    return create_app([*described, openapi.router(described)], nothing, [], BODY_LIMIT, busy=busy)


@asynccontextmanager
async def open_api(folder: Path, url: str | None = None) -> AsyncIterator[Api]:
    async with open_scene(folder, url) as scene:
        app = application(scene)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as client:
            yield Api(scene, app, client)


def assert_fault(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is that fault, in headers and in body; returns the body."""
    assert (response.status_code, response.headers.get("x-internal-error-code")) == (status, code), response.text
    assert response.headers["x-error-origin"] == "caller"
    assert response.headers["x-error-message"]
    assert response.headers["x-request-id"]
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["action"].endswith(".")
    return body
