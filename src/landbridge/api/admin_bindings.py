"""Routes for bindings: what applications get, in the form that they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body, Name
from landbridge.identity.binding import VcapServices
from landbridge.identity.client_certificates import DAYS_LIMIT, DEFAULT_DAYS


class BindingWish(Body):
    """A binding to create, or to rotate.

    credential_type  x509 for a certificate instead of a secret
    days, key_length of the certificate and its key
    csr              PKCS#10 request in PEM, for a key that never leaves the application
    """

    name: Name = "default"
    credential_type: Literal["binding-secret", "x509"] = "binding-secret"
    days: Annotated[float, Field(gt=0, le=DAYS_LIMIT)] = DEFAULT_DAYS
    key_length: Literal[2048, 3072, 4096] = 2048
    csr: Annotated[str, Field(max_length=16_384)] = ""

    @property
    def certified(self) -> bool:
        return self.credential_type == "x509" or bool(self.csr)


class Rotation(BindingWish):
    """How long the old credentials stay good."""

    minutes: Annotated[float, Field(ge=0, le=90 * 24 * 60)] = 24 * 60


class BindingsDesk(Protocol):
    """The operations; refusals are `FaultError`s."""

    async def bindings(self, subaccount: str, instance: str | None, name: str | None) -> VcapServices: ...

    async def list(self, subaccount: str, instance: str) -> list[Answer]: ...

    async def create(self, subaccount: str, instance: str, wish: BindingWish) -> VcapServices: ...

    async def rotate(
        self, subaccount: str, instance: str, name: str, wish: BindingWish, minutes: float
    ) -> VcapServices: ...

    async def delete(self, subaccount: str, instance: str, name: str) -> None: ...


_ALL = "/subaccounts/{subaccount}/instances/{instance}/bindings"


def router(desk: Callable[[Request], BindingsDesk]) -> APIRouter:
    """The routes; `desk` gives the operations of the one who asks."""
    routes = APIRouter()

    @routes.get("/subaccounts/{subaccount}/bindings")
    async def bindings(
        request: Request, subaccount: str, instance: str | None = None, name: str | None = None
    ) -> VcapServices:
        """The value of VCAP_SERVICES. Holds secrets."""
        return await desk(request).bindings(subaccount, instance, name)

    @routes.get(_ALL)
    async def all_of(request: Request, subaccount: str, instance: str) -> list[Answer]:
        """Names and kinds, no secrets."""
        return await desk(request).list(subaccount, instance)

    @routes.post(_ALL, status_code=201)
    async def create(request: Request, subaccount: str, instance: str, wish: BindingWish) -> VcapServices:
        return await desk(request).create(subaccount, instance, wish)

    @routes.post(_ALL + "/{name}/rotate")
    async def rotate(
        request: Request, subaccount: str, instance: str, name: str, wish: Rotation | None = None
    ) -> VcapServices:
        """New credentials; the old ones stay good for `minutes`."""
        wish = wish or Rotation()
        return await desk(request).rotate(subaccount, instance, name, wish, wish.minutes)

    @routes.delete(_ALL + "/{name}", status_code=204)
    async def delete(request: Request, subaccount: str, instance: str, name: str) -> None:
        await desk(request).delete(subaccount, instance, name)

    return routes
