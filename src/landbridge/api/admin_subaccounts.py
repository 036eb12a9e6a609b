"""Routes for subaccounts, service instances and subscriptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body, Name
from landbridge.model.subaccount import Service


class SubaccountWish(Body):
    """A subaccount to create; without an id it gets one."""

    subdomain: Annotated[str, Field(max_length=63)]
    id: Annotated[str, Field(max_length=36)] = ""
    name: Annotated[str, Field(max_length=255)] = ""


class InstanceWish(Body):
    """A service instance to create. `xsappname` and `redirect_uris` are for xsuaa.

    config  for the destination service: the configuration of the original (destination-service §8.3)
    """

    name: Name
    service: Service
    plan: Annotated[str, Field(max_length=64)] = ""
    xsappname: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_\-/\\]*$")] = ""
    redirect_uris: tuple[Annotated[str, Field(max_length=1000)], ...] = ()
    config: object = None


class InstanceChange(Body):
    """What an instance that is there shall be configured with (destination-service §8.3)."""

    config: object


class SubscriptionWish(Body):
    """A subscription to create: to which application (xsappname) of which subaccount."""

    provider: str
    application: Name


class TenancyDesk(Protocol):
    """The operations. `subaccount` is an id or a subdomain, `instance` an id or a name; refusals are `FaultError`s."""

    async def subaccounts(self) -> list[Answer]: ...

    async def subaccount(self, name: str) -> Answer: ...

    async def create_subaccount(self, wish: SubaccountWish) -> Answer: ...

    async def delete_subaccount(self, name: str) -> None: ...

    async def instances(self, subaccount: str) -> list[Answer]: ...

    async def create_instance(self, subaccount: str, wish: InstanceWish) -> Answer: ...

    async def configure_instance(self, subaccount: str, instance: str, change: InstanceChange) -> Answer: ...

    async def delete_instance(self, subaccount: str, instance: str) -> None: ...

    async def subscriptions(self, subaccount: str) -> list[Answer]: ...

    async def subscribe(self, subaccount: str, provider: str, application: str) -> Answer: ...

    async def unsubscribe(self, subaccount: str, provider: str, application: str) -> None: ...


def router(desk: Callable[[Request], TenancyDesk]) -> APIRouter:
    """The routes; `desk` gives the operations of the one who asks."""
    routes = APIRouter()
    _subaccounts(routes, desk)
    _instances(routes, desk)
    _subscriptions(routes, desk)
    return routes


def _subaccounts(routes: APIRouter, desk: Callable[[Request], TenancyDesk]) -> None:
    @routes.get("/subaccounts")
    async def subaccounts(request: Request) -> list[Answer]:
        return await desk(request).subaccounts()

    @routes.post("/subaccounts", status_code=201)
    async def create(request: Request, wish: SubaccountWish) -> Answer:
        return await desk(request).create_subaccount(wish)

    @routes.get("/subaccounts/{subaccount}")
    async def subaccount(request: Request, subaccount: str) -> Answer:
        return await desk(request).subaccount(subaccount)

    @routes.delete("/subaccounts/{subaccount}", status_code=204)
    async def delete(request: Request, subaccount: str) -> None:
        """With everything in it."""
        await desk(request).delete_subaccount(subaccount)


def _instances(routes: APIRouter, desk: Callable[[Request], TenancyDesk]) -> None:
    @routes.get("/subaccounts/{subaccount}/instances")
    async def instances(request: Request, subaccount: str) -> list[Answer]:
        return await desk(request).instances(subaccount)

    @routes.post("/subaccounts/{subaccount}/instances", status_code=201)
    async def create(request: Request, subaccount: str, wish: InstanceWish) -> Answer:
        """With a first binding, `default`."""
        return await desk(request).create_instance(subaccount, wish)

    @routes.patch("/subaccounts/{subaccount}/instances/{instance}")
    async def configure(request: Request, subaccount: str, instance: str, change: InstanceChange) -> Answer:
        """All of it is done, or nothing."""
        return await desk(request).configure_instance(subaccount, instance, change)

    @routes.delete("/subaccounts/{subaccount}/instances/{instance}", status_code=204)
    async def delete(request: Request, subaccount: str, instance: str) -> None:
        """With its bindings, and everything on its level."""
        await desk(request).delete_instance(subaccount, instance)


def _subscriptions(routes: APIRouter, desk: Callable[[Request], TenancyDesk]) -> None:
    @routes.get("/subaccounts/{subaccount}/subscriptions")
    async def subscriptions(request: Request, subaccount: str) -> list[Answer]:
        return await desk(request).subscriptions(subaccount)

    @routes.post("/subaccounts/{subaccount}/subscriptions", status_code=201)
    async def subscribe(request: Request, subaccount: str, wish: SubscriptionWish) -> Answer:
        """`subaccount` is the subscriber."""
        return await desk(request).subscribe(subaccount, wish.provider, wish.application)

    @routes.delete("/subaccounts/{subaccount}/subscriptions", status_code=204)
    async def unsubscribe(request: Request, subaccount: str, provider: str, application: str) -> None:
        await desk(request).unsubscribe(subaccount, provider, application)
