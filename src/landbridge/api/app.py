"""Puts the routers together: one FastAPI application for the plain and the TLS listener."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from landbridge.api.answers import answer_faults
from landbridge.api.auditing import AuditFrame
from landbridge.api.health import Missing
from landbridge.api.health import router as health_router
from landbridge.api.operations import Handler
from landbridge.api.request_frame import RequestFrame
from landbridge.api.shortcut import Shortcut
from landbridge.observe.audit import Audit, no_audit
from landbridge.observe.metrics import Sample, SampleSource


def create_app(
    routers: Iterable[APIRouter],
    missing: Missing,
    metrics: Iterable[SampleSource],
    body_limit: int,
    audit: Audit = no_audit,
    busy: Mapping[str, Handler] | None = None,
    meddling: Callable[[ASGIApp], ASGIApp] | None = None,
) -> ASGIApp:
    """The application.

    routers     tokens, destinations, administration: built by their own modules
    missing     what readiness waits for
    metrics     sources besides the API's own counters
    body_limit  bytes
    audit       takes records of changes and of denied access
    busy        handlers that are called past the framework (`Shortcut`)
    meddling    puts around the application what makes it fail on request (`Injecting`); laptops only
    """
    app = FastAPI(title="landbridge", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    answered: dict[int, int] = {}

    def frame(inner: ASGIApp) -> ASGIApp:
        audited: ASGIApp = AuditFrame(inner, audit)
        return RequestFrame(audited if meddling is None else meddling(audited), body_limit, answered)

    app.add_middleware(frame)
    answer_faults(app, body_limit)
    app.include_router(health_router(missing, [lambda: _samples(answered), *metrics]))
    for routes in routers:
        app.include_router(routes)
    return Shortcut(app, busy or {}, frame)


def _samples(answered: dict[int, int]) -> Iterator[Sample]:
    for status, count in sorted(answered.items()):
        yield Sample("landbridge_api_answers_total", count, "Answers of the API, by status", {"status": str(status)})
