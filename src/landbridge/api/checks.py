"""Routes for checks: what a text may mean. Open to every administrator, as it touches no subaccount."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body
from landbridge.api.admin_login import Guardian, guard
from landbridge.checks.explain import explain

LONGEST = 1_000_000
"""Characters of one text. Longer ones are for the command line, which reads them in pieces."""


class Pasted(Body):
    """A text to explain: an error, part of a log, an HTTP response."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST, repr=False)]


def router(guardian: Guardian) -> APIRouter:
    """The routes; `guardian` knows who may use them."""
    routes = APIRouter(prefix="/checks", tags=["checks"], dependencies=[Depends(guard(guardian))])

    @routes.post("/explain")
    async def explain_text(request: Request, pasted: Pasted) -> Answer:
        """Failures that the text nominates, with what would tell their causes apart. The text is not kept."""
        return (await run_in_threadpool(explain, pasted.text)).as_json()

    return routes
