"""Routes for developers, in the laptop profile only: mint a token, move the clock, make calls fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body
from landbridge.api.admin_login import Guardian, admin_of, guard
from landbridge.faults import FaultError, fault
from landbridge.identity.administrators import Admin
from landbridge.injection.row import Effect, Place


class TokenWish(Body):
    """Whose token to mint: of the client of a service instance, and of a user of the subaccount if one is named.

    claims    written over those that the token would have; null takes one away
    lifetime  seconds; a negative one makes a token that has expired
    """

    subaccount: str
    instance: str
    user: str | None = None
    claims: dict[str, Any] = Field(default_factory=dict)
    lifetime: Annotated[int | None, Field(ge=-10_000_000, le=10_000_000)] = None


class Move(Body):
    """By how many seconds the clock moves; negative ones go back."""

    seconds: Annotated[float, Field(ge=-1e9, le=1e9)]


class InjectionWish(Body):
    """What should go wrong, and for which calls; empty fields match every call (`landbridge.injection.row`).

    location     location id, at the doors; null for all of them, empty for the default one
    destination  name; for the HTTP door it stands for the virtual host and port of its URL, and needs the subaccount
    system       virtual host:port, at the doors
    path         what paths begin with
    nth          1 for the first call that fits, and only for that; 0 for all
    seconds      of `delay`
    size         bytes of `cut`, bytes a second of `throttle`
    status       of `status`
    reply        of `reply`, as in RFC 1928 §6
    """

    place: Place
    effect: Effect
    subaccount: str = ""
    location: Annotated[str | None, Field(max_length=1000)] = None
    destination: Annotated[str, Field(max_length=255)] = ""
    system: Annotated[str, Field(max_length=300)] = ""
    path: Annotated[str, Field(max_length=2000)] = ""
    nth: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    seconds: Annotated[float, Field(ge=0, le=600)] = 1.0
    size: Annotated[int, Field(ge=1, le=10**12)] = 1
    status: Annotated[int, Field(ge=400, le=599)] = 503
    reply: Annotated[int, Field(ge=1, le=255)] = 1


class DevelopmentDesk(Protocol):
    """The operations; refusals are `FaultError`s."""

    async def mint(self, wish: TokenWish) -> Answer: ...

    def time(self) -> Answer: ...

    def advance(self, seconds: float) -> Answer: ...

    def true_time(self) -> Answer: ...

    async def inject(self, wish: InjectionWish) -> Answer: ...

    def injections(self) -> list[Answer]: ...

    def take_back(self, number: int) -> Answer: ...

    def take_all_back(self) -> Answer: ...


def router(desk_of: Callable[[Admin], DevelopmentDesk] | None, guardian: Guardian) -> APIRouter:
    """The routes under /admin/dev. Without a `desk_of` they only say that they are for laptops."""
    routes = APIRouter(prefix="/admin/dev", tags=["development"], dependencies=[Depends(guard(guardian))])

    def desk(request: Request, what: str) -> DevelopmentDesk:
        if desk_of is None:
            raise FaultError(fault("platform.laptop-only", what=what))
        return desk_of(admin_of(request))

    @routes.post("/token")
    async def mint(request: Request, wish: TokenWish) -> Answer:
        return await desk(request, "Minting tokens").mint(wish)

    @routes.get("/clock")
    async def time(request: Request) -> Answer:
        return desk(request, "Moving the clock").time()

    @routes.post("/clock")
    async def advance(request: Request, move: Move) -> Answer:
        """Tokens, codes and certificates expire as if the time had passed."""
        return desk(request, "Moving the clock").advance(move.seconds)

    @routes.delete("/clock")
    async def true_time(request: Request) -> Answer:
        """Back to the true time."""
        return desk(request, "Moving the clock").true_time()

    _injection_routes(routes, desk)
    return routes


def _injection_routes(routes: APIRouter, desk: Callable[[Request, str], DevelopmentDesk]) -> None:
    what = "Injecting failures"

    @routes.post("/injections", status_code=201)
    async def inject(request: Request, wish: InjectionWish) -> Answer:
        """Make calls fail from now on."""
        return await desk(request, what).inject(wish)

    @routes.get("/injections")
    async def injections(request: Request) -> list[Answer]:
        """What is to fail, and how many calls fitted each row."""
        return desk(request, what).injections()

    @routes.delete("/injections/{number}")
    async def take_back(request: Request, number: int) -> Answer:
        return desk(request, what).take_back(number)

    @routes.delete("/injections")
    async def take_all_back(request: Request) -> Answer:
        return desk(request, what).take_all_back()
