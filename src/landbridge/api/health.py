"""GET /health, /ready and /metrics: what start scripts and monitoring ask. Nobody needs a token for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from fastapi import APIRouter, Response
from starlette.requests import Request

from landbridge.api.answers import fault_answer, request_id
from landbridge.faults import fault
from landbridge.observe.metrics import CONTENT_TYPE, SampleSource, exposition

Missing = Callable[[str | None, str | None], Awaitable[list[str]]]
"""What is not there yet, in words; asked with a location id that must be connected (None: none), and a subaccount."""

_ASKING = ["GET", "HEAD"]
"""Load balancers ask by either."""


def router(missing: Missing, metrics: Iterable[SampleSource]) -> APIRouter:
    """The routes. `missing` says what readiness waits for; `metrics` are read at each GET /metrics."""
    routes = APIRouter()
    sources = tuple(metrics)

    @routes.api_route("/health", methods=_ASKING)
    async def health() -> dict[str, str]:
        return {"status": "up"}

    @routes.api_route("/ready", methods=_ASKING, response_model=None)
    async def ready(request: Request, connector: str | None = None, subaccount: str | None = None) -> Response:
        """200 when requests can succeed. `connector`: and when this location id is connected ('' is one too)."""
        waiting = await missing(connector, subaccount)
        if waiting:
            occurrence = fault("platform.not-ready", waiting=", ".join(waiting))
            return fault_answer(occurrence, request_id(request))
        return Response('{"status":"ready"}', media_type="application/json")

    @routes.get("/metrics", response_model=None)
    async def metrics_text() -> Response:
        return Response(exposition(sources), headers={"Content-Type": CONTENT_TYPE})

    return routes
