"""Routes for checks: what a text may mean, what stands in the way to a system, and the reports about it."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse

from landbridge.api.admin_bodies import Answer, Body
from landbridge.api.admin_login import Guardian, admin_of, guard
from landbridge.api.check_bodies import TlsAsking
from landbridge.api.checks_document import describe
from landbridge.checks.explain import explain
from landbridge.identity.administrators import Admin

LONGEST = 1_000_000
"""Characters of one text. Longer ones are for the command line, which reads them in pieces."""


class Pasted(Body):
    """A text to explain: an error, part of a log, an HTTP response."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST, repr=False)]


class ProbeWish(TlsAsking):
    """What to probe, and how.

    protocol  kind of the target: tls, http, ssh, ...
    target    host, host:port or a URL
    seconds   for each probe
    """

    protocol: Annotated[str, Field(min_length=1, max_length=20)]
    target: Annotated[str, Field(min_length=1, max_length=4096)]
    seconds: Annotated[float, Field(gt=0, le=60)] = 10.0


class ChecksDesk(Protocol):
    """The operations; refusals are `FaultError`s."""

    async def probe(self, wish: ProbeWish) -> Answer: ...

    async def reports(self, subaccount: str) -> list[Answer]: ...

    async def report(self, report_id: str) -> Answer: ...

    async def page(self, report_id: str) -> str: ...


class Desks(Protocol):
    """Hands out the operations of an administrator."""

    def checks_of(self, admin: Admin) -> ChecksDesk: ...


def router(desks: Desks, guardian: Guardian) -> APIRouter:
    """The routes; `guardian` knows who may use them."""
    routes = APIRouter(prefix="/checks", tags=["checks"], dependencies=[Depends(guard(guardian))])

    @routes.post("/explain")
    async def explain_text(request: Request, pasted: Pasted) -> Answer:
        """Failures that the text nominates, with what would tell their causes apart. The text is not kept."""
        return (await run_in_threadpool(explain, pasted.text)).as_json()

    @routes.post("/probe")
    async def probe(request: Request, wish: ProbeWish) -> Answer:
        """Probe a system from here, and keep the report."""
        return await desks.checks_of(admin_of(request)).probe(wish)

    @routes.get("/reports")
    async def reports(request: Request, subaccount: str = "") -> list[Answer]:
        """What was looked at in a subaccount, the newest first; without one, by probes from here."""
        return await desks.checks_of(admin_of(request)).reports(subaccount)

    @routes.get("/openapi.json", include_in_schema=False)
    async def document(request: Request) -> dict[str, object]:
        """What can be asked here, in OpenAPI."""
        return describe(routes)

    @routes.get("/reports/{report_id}.html", response_class=HTMLResponse)
    async def page(request: Request, report_id: str) -> HTMLResponse:
        """A report as one file, for a ticket."""
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return HTMLResponse(await desks.checks_of(admin_of(request)).page(report_id), headers=policy)

    @routes.get("/reports/{report_id}")
    async def report(request: Request, report_id: str) -> Answer:
        """A report: its evidence, judged by the rules of today."""
        return await desks.checks_of(admin_of(request)).report(report_id)

    return routes
