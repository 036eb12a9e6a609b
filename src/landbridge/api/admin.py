"""The administrator's routes: subaccounts, bindings, people, trust, connectors, landscape, reset.

The same operations serve the command line. Every route sees what its caller may see: the holder of the admin token and
administrators of the installation all of it, an administrator of one subaccount that one, a person with the role Cloud
Connector Administrator the connectors of theirs.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from landbridge.api import admin_bindings, admin_checks, admin_subaccounts, admin_traces, admin_trust, people
from landbridge.api.admin_bodies import Answer
from landbridge.api.admin_login import Guardian, admin_of, guard, shown
from landbridge.faults import FaultError, fault
from landbridge.identity.administrators import Admin

ResetTo = Literal["landscape", "empty"]


class ConnectorsDesk(Protocol):
    """Operations on connectors. `subaccount` is an id or a subdomain everywhere; results are ready for JSON."""

    async def invite(self, subaccount: str, location_id: str, minutes: float) -> Answer: ...

    async def connectors(self) -> list[Answer]: ...

    async def revoke(self, connector_id: str) -> Answer: ...


class LandscapesDesk(Protocol):
    """Operations on the landscape."""

    async def apply(self, text: str) -> Answer: ...

    async def compare(self, text: str) -> Answer: ...

    async def export(self, secrets: bool) -> str: ...

    async def reset(self, to: ResetTo) -> Answer: ...


class Administration(Protocol):
    """What one administrator may do."""

    @property
    def tenancy(self) -> admin_subaccounts.TenancyDesk: ...

    @property
    def bindings(self) -> admin_bindings.BindingsDesk: ...

    @property
    def people(self) -> people.PeopleDesk: ...

    @property
    def trust(self) -> admin_trust.TrustDesk: ...

    @property
    def traces(self) -> admin_traces.TracesDesk: ...

    @property
    def checking(self) -> admin_checks.CheckingDesk: ...

    @property
    def landscapes(self) -> LandscapesDesk: ...


class Administrations(Protocol):
    """Hands out the operations; refuses by `FaultError`."""

    def of(self, admin: Admin) -> Administration: ...

    def connectors_of(self, admin: Admin) -> ConnectorsDesk: ...


class Invitation(BaseModel):
    """For which location id a connector is invited, and for how long."""

    model_config = ConfigDict(extra="forbid")

    location_id: Annotated[str, Field(validation_alias="locationId")] = ""
    minutes: Annotated[float, Field(gt=0, le=7 * 24 * 60)] = 60


def router(administrations: Administrations, guardian: Guardian, *, resets: bool) -> APIRouter:
    """The routes under /admin, all of them behind the guard. `resets`: whether everything may be reset; on laptops."""

    def of(request: Request) -> Administration:
        return administrations.of(admin_of(request))

    routes = APIRouter(prefix="/admin", tags=["administration"], dependencies=[Depends(guard(guardian))])
    routes.include_router(admin_subaccounts.router(lambda request: of(request).tenancy))
    routes.include_router(admin_bindings.router(lambda request: of(request).bindings))
    routes.include_router(people.router(lambda request: of(request).people))
    routes.include_router(admin_trust.router(lambda request: of(request).trust))
    routes.include_router(admin_traces.router(lambda request: of(request).traces))
    routes.include_router(admin_checks.router(lambda request: of(request).checking))
    _connectors(routes, administrations)
    _landscape(routes, administrations)
    _reset(routes, administrations, resets)
    return routes


def _connectors(routes: APIRouter, administrations: Administrations) -> None:
    @routes.get("/me")
    async def me(request: Request) -> Answer:
        """Who the caller is taken for."""
        return shown(admin_of(request))

    @routes.post("/subaccounts/{subaccount}/connectors/invitations", status_code=201)
    async def invite(request: Request, subaccount: str, wish: Invitation | None = None) -> Answer:
        wish = wish or Invitation()
        desk = administrations.connectors_of(admin_of(request))
        return await desk.invite(subaccount, wish.location_id, wish.minutes)

    @routes.get("/connectors")
    async def connectors(request: Request) -> list[Answer]:
        return await administrations.connectors_of(admin_of(request)).connectors()

    @routes.post("/connectors/{connector_id}/revoke")
    async def revoke(request: Request, connector_id: str) -> Answer:
        return await administrations.connectors_of(admin_of(request)).revoke(connector_id)


def _landscape(routes: APIRouter, administrations: Administrations) -> None:
    @routes.post("/landscape")
    async def apply(request: Request) -> Answer:
        """Apply the landscape in the body (YAML). What is there already stays as it is."""
        return await administrations.of(admin_of(request)).landscapes.apply(await _text(request))

    @routes.post("/landscape/diff")
    async def compare(request: Request) -> Answer:
        """What applying the landscape in the body would change; nothing is changed."""
        return await administrations.of(admin_of(request)).landscapes.compare(await _text(request))

    @routes.get("/landscape")
    async def export(request: Request, secrets: bool = False) -> PlainTextResponse:
        """The landscape as it is, in YAML."""
        text = await administrations.of(admin_of(request)).landscapes.export(secrets)
        return PlainTextResponse(text, media_type="application/yaml")


def _reset(routes: APIRouter, administrations: Administrations, resets: bool) -> None:
    @routes.post("/reset")
    async def reset(request: Request, to: ResetTo = "landscape") -> Answer:
        """Back to the landscape that was applied last (nothing, if none was), or to nothing at all."""
        if not resets:
            raise FaultError(fault("platform.laptop-only", what="Resetting"))
        return await administrations.of(admin_of(request)).landscapes.reset(to)


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise FaultError(fault("platform.request-invalid", reason="the body is not UTF-8 text")) from None
