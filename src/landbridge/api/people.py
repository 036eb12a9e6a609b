"""Routes for people: users, their roles, administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body, Name
from landbridge.model.role import Role

_Texts = Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=500)]


class UserWish(Body):
    """A user as it shall be."""

    name: Name
    password: Annotated[str, Field(min_length=1, max_length=1024, repr=False)]
    email: Annotated[str, Field(max_length=320)] = ""
    given_name: Annotated[str, Field(max_length=255)] = ""
    family_name: Annotated[str, Field(max_length=255)] = ""
    scopes: _Texts = ()
    groups: _Texts = ()
    attributes: dict[str, _Texts] = Field(default_factory=dict, max_length=100)


class RoleWish(Body):
    """A role of a person; with `instance` it holds for that instance's level alone."""

    person: Name
    role: Role
    instance: str = ""


class AdministratorWish(Body):
    """An administrator; with `subaccount` of that one alone."""

    name: Name
    password: Annotated[str, Field(min_length=12, max_length=1024, repr=False)]
    subaccount: str = ""


class PeopleDesk(Protocol):
    """The operations; refusals are `FaultError`s."""

    async def users(self, subaccount: str) -> list[Answer]: ...

    async def put_user(self, subaccount: str, wish: UserWish) -> Answer: ...

    async def delete_user(self, subaccount: str, name: str) -> None: ...

    async def roles(self, subaccount: str) -> list[Answer]: ...

    async def give_role(self, subaccount: str, wish: RoleWish) -> Answer: ...

    async def take_role(self, subaccount: str, wish: RoleWish) -> None: ...

    async def administrators(self) -> list[Answer]: ...

    async def put_administrator(self, wish: AdministratorWish) -> Answer: ...

    async def delete_administrator(self, name: str) -> None: ...


def router(desk: Callable[[Request], PeopleDesk]) -> APIRouter:
    """The routes; `desk` gives the operations of the one who asks."""
    routes = APIRouter()
    _users(routes, desk)
    _roles(routes, desk)
    _administrators(routes, desk)
    return routes


def _users(routes: APIRouter, desk: Callable[[Request], PeopleDesk]) -> None:
    @routes.get("/subaccounts/{subaccount}/users")
    async def users(request: Request, subaccount: str) -> list[Answer]:
        return await desk(request).users(subaccount)

    @routes.post("/subaccounts/{subaccount}/users", status_code=201)
    async def put(request: Request, subaccount: str, wish: UserWish) -> Answer:
        """A user of that name is replaced."""
        return await desk(request).put_user(subaccount, wish)

    @routes.delete("/subaccounts/{subaccount}/users/{name:path}", status_code=204)
    async def delete(request: Request, subaccount: str, name: str) -> None:
        """With roles and refresh tokens."""
        await desk(request).delete_user(subaccount, name)


def _roles(routes: APIRouter, desk: Callable[[Request], PeopleDesk]) -> None:
    @routes.get("/subaccounts/{subaccount}/roles")
    async def roles(request: Request, subaccount: str) -> list[Answer]:
        return await desk(request).roles(subaccount)

    @routes.post("/subaccounts/{subaccount}/roles", status_code=201)
    async def give(request: Request, subaccount: str, wish: RoleWish) -> Answer:
        return await desk(request).give_role(subaccount, wish)

    @routes.delete("/subaccounts/{subaccount}/roles", status_code=204)
    async def take(request: Request, subaccount: str, person: str, role: Role, instance: str = "") -> None:
        await desk(request).take_role(subaccount, RoleWish(person=person, role=role, instance=instance))


def _administrators(routes: APIRouter, desk: Callable[[Request], PeopleDesk]) -> None:
    @routes.get("/administrators")
    async def administrators(request: Request) -> list[Answer]:
        return await desk(request).administrators()

    @routes.post("/administrators", status_code=201)
    async def put(request: Request, wish: AdministratorWish) -> Answer:
        """An administrator of that name is replaced."""
        return await desk(request).put_administrator(wish)

    @routes.delete("/administrators/{name:path}", status_code=204)
    async def delete(request: Request, name: str) -> None:
        await desk(request).delete_administrator(name)
