"""The administrator's routes, behind the admin token: subaccounts, bindings, connectors, landscape, reset.

The same operations serve the command line. Tokens for developers exist in the laptop profile only.
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from landbridge.faults import FaultError, fault
from landbridge.identity.binding import VcapServices
from landbridge.model.secret import Secret

Answer = dict[str, object]
ResetTo = Literal["landscape", "empty"]


class Administration(Protocol):
    """What an administrator may do. `subaccount` is an id or a subdomain everywhere; results are ready for JSON."""

    async def subaccounts(self) -> list[Answer]: ...

    async def bindings(self, subaccount: str, instance: str | None) -> VcapServices: ...

    async def invite(self, subaccount: str, location_id: str, minutes: float) -> Answer: ...

    async def connectors(self) -> list[Answer]: ...

    async def revoke(self, connector_id: str) -> Answer: ...

    async def apply(self, text: str) -> Answer: ...

    async def reset(self, to: ResetTo) -> Answer: ...

    async def mint(self, subaccount: str, instance: str, user: str | None) -> Answer: ...


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Invitation(_Body):
    """For which location id a connector is invited, and for how long."""

    location_id: Annotated[str, Field(validation_alias="locationId")] = ""
    minutes: Annotated[float, Field(gt=0, le=7 * 24 * 60)] = 60


class TokenWish(_Body):
    """Whose token to mint: of the client of a service instance, and of a user of the subaccount if one is named."""

    subaccount: str
    instance: str
    user: str | None = None


def router(administration: Administration, token: Secret, development: bool) -> APIRouter:
    """The routes under /admin. `development`: whether the laptop profile's comforts exist."""
    routes = APIRouter(prefix="/admin", dependencies=[Depends(_guard(token))])
    _subaccounts(routes, administration)
    _connectors(routes, administration)
    _landscape(routes, administration)
    _development(routes, administration, development)
    return routes


def _guard(token: Secret) -> Callable[[Request], None]:
    def guard(request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            raise FaultError(fault("platform.admin-token-missing"))
        if not compare_digest(given.strip().encode(), token.reveal().encode()):
            raise FaultError(fault("platform.admin-token-wrong"))

    return guard


def _subaccounts(routes: APIRouter, administration: Administration) -> None:
    @routes.get("/subaccounts")
    async def subaccounts() -> list[Answer]:
        return await administration.subaccounts()

    @routes.get("/subaccounts/{subaccount}/bindings")
    async def bindings(subaccount: str, instance: str | None = None) -> VcapServices:
        """The value of VCAP_SERVICES. Holds client secrets."""
        return await administration.bindings(subaccount, instance)


def _connectors(routes: APIRouter, administration: Administration) -> None:
    @routes.post("/subaccounts/{subaccount}/connectors/invitations", status_code=201)
    async def invite(subaccount: str, wish: Invitation | None = None) -> Answer:
        wish = wish or Invitation()
        return await administration.invite(subaccount, wish.location_id, wish.minutes)

    @routes.get("/connectors")
    async def connectors() -> list[Answer]:
        return await administration.connectors()

    @routes.post("/connectors/{connector_id}/revoke")
    async def revoke(connector_id: str) -> Answer:
        return await administration.revoke(connector_id)


def _landscape(routes: APIRouter, administration: Administration) -> None:
    @routes.post("/landscape")
    async def apply(request: Request) -> Answer:
        """Apply the landscape in the body (YAML). What is there already stays as it is."""
        try:
            text = (await request.body()).decode("utf-8")
        except UnicodeDecodeError:
            raise FaultError(fault("platform.request-invalid", reason="the body is not UTF-8 text")) from None
        return await administration.apply(text)

    @routes.post("/reset")
    async def reset(to: ResetTo = "landscape") -> Answer:
        """Back to the landscape that was applied last (nothing, if none was), or to nothing at all."""
        return await administration.reset(to)


def _development(routes: APIRouter, administration: Administration, allowed: bool) -> None:
    @routes.post("/dev/token")
    async def mint(wish: TokenWish) -> Answer:
        if not allowed:
            raise FaultError(fault("platform.laptop-only", what="Minting tokens"))
        return await administration.mint(wish.subaccount, wish.instance, wish.user)
