"""Who may use /admin: the guard before every route, and the login with a password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from landbridge.api.tokens import address_of
from landbridge.identity.administrators import Admin, AdminSession


class Guardian(Protocol):
    """Recognises administrators; `identity.administrators.Administrators` is one. Refusals are `FaultError`s."""

    async def recognise(self, authorization: str, address: str) -> Admin: ...

    async def log_in(self, name: str, password: str, address: str) -> AdminSession: ...

    def log_out(self, authorization: str) -> None: ...


class Credentials(BaseModel):
    """Name and password of an administrator."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=255)]
    password: Annotated[str, Field(max_length=4096, repr=False)]


def guard(guardian: Guardian) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets administrators through and remembers who it was (`admin_of`)."""

    async def check(request: Request) -> None:
        authorization = request.headers.get("authorization", "")
        request.state.admin = await guardian.recognise(authorization, address_of(request))

    return check


def admin_of(request: Request) -> Admin:
    """Who sends this request; the guard has seen to it."""
    admin = request.state.admin
    assert isinstance(admin, Admin)
    return admin


def login_router(guardian: Guardian) -> APIRouter:
    """Logging in and out; open to everybody."""
    routes = APIRouter(prefix="/admin", tags=["administration"])

    @routes.post("/login")
    async def log_in(request: Request, credentials: Credentials) -> Response:
        """A token for eight hours, to be sent as a bearer token."""
        session = await guardian.log_in(credentials.name, credentials.password, address_of(request))
        body = {"token": session.token, "expiresIn": session.expires_in, **shown(session.admin)}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    @routes.post("/logout", status_code=204)
    async def log_out(request: Request) -> None:
        guardian.log_out(request.headers.get("authorization", ""))

    return routes


def shown(admin: Admin) -> dict[str, object]:
    """An administrator as JSON."""
    return {"name": admin.name, "subaccountId": admin.subaccount_id, "connectorsOnly": admin.connectors_only}
