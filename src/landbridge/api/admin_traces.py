"""Routes for identity traces: how requests came to the identity with which they reached a backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body


class TraceWish(Body):
    """How many traces of a subaccount are kept; 0 stops tracing and forgets them."""

    keep: Annotated[int, Field(ge=0, le=10_000)]


class TracesDesk(Protocol):
    """The operations; refusals are `FaultError`s."""

    async def trace(self, request_id: str, subaccount: str) -> Answer: ...

    async def traces(self, subaccount: str) -> Answer: ...

    async def keep(self, subaccount: str, number: int) -> Answer: ...


def router(desk: Callable[[Request], TracesDesk]) -> APIRouter:
    """The routes; `desk` gives the operations of the one who asks."""
    routes = APIRouter()

    @routes.get("/traces/{request_id}")
    async def trace(request: Request, request_id: str, subaccount: str = "") -> Answer:
        """The trace of one request, in one subaccount or in any that the caller sees."""
        return await desk(request).trace(request_id, subaccount)

    @routes.get("/subaccounts/{subaccount}/traces")
    async def traces(request: Request, subaccount: str) -> Answer:
        """How many are kept, and of which requests there are some."""
        return await desk(request).traces(subaccount)

    @routes.put("/subaccounts/{subaccount}/traces")
    async def keep(request: Request, subaccount: str, wish: TraceWish) -> Answer:
        """Switch traces on or off. They hold names of people, in memory only."""
        return await desk(request).keep(subaccount, wish.keep)

    return routes
