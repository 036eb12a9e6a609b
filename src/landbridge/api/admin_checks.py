"""Routes for checks of destinations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter
from pydantic import Field, IPvAnyAddress
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body
from landbridge.api.check_bodies import Asking

LONGEST = 270.0
"""Seconds that a check may watch or rest: the door ends connections that rest for 300."""
_TOKEN = 65_536


class CheckWish(Body):
    """What is to be checked, where that is not the destination as it stands.

    path           instead of the path in its URL
    instance       whose binding finds it; empty: the first one of the Destination service
    fragment       laid over it
    user_token     of the user whose identity is to be carried
    proxy_token    value of Proxy-Authorization, or the token alone; empty text: the header is not sent
    person         for whom the editor of destinations stays empty: then that is looked at
    changes        whether that person may change destinations is asked as well
    session        the token of that person's session
    service_token  with which the Destination service is asked; empty text: none is sent
    new            names of destinations that are to be created: then it is looked whether they are taken
    addresses      of a target on the Internet, instead of those of its name; nothing secret is sent to them
    websocket      ask for an upgrade to WebSocket
    idle           seconds for which a connection rests between two requests; 0: that is not tried
    watch          seconds for which requests through the tunnel are counted; 0: they are not
    logon          whether mail servers and directories are logged on to, once: failures count towards a lock-out
    trust          certificates (PEM) by which the target's are judged, if the destination names no trust store
    public_trust   judge by the public authorities instead
    seconds        for each measurement
    """

    trust: Annotated[str, Field(max_length=1_000_000)] = ""
    public_trust: bool = False
    path: Annotated[str, Field(max_length=4096)] = ""
    instance: Annotated[str, Field(max_length=100)] = ""
    fragment: Annotated[str, Field(max_length=200)] = ""
    user_token: Annotated[str, Field(max_length=_TOKEN, repr=False)] = ""
    proxy_token: Annotated[str | None, Field(max_length=_TOKEN, repr=False)] = None
    service_token: Annotated[str | None, Field(max_length=_TOKEN, repr=False)] = None
    person: Annotated[str, Field(max_length=255)] = ""
    changes: bool = False
    session: Annotated[str, Field(max_length=_TOKEN, repr=False)] = ""
    new: Annotated[tuple[str, ...], Field(max_length=1000)] = ()
    logon: bool = False
    addresses: Annotated[tuple[IPvAnyAddress, ...], Field(max_length=8)] = ()
    websocket: bool = False
    idle: Annotated[float, Field(ge=0, le=LONGEST)] = 0.0
    watch: Annotated[float, Field(ge=0, le=LONGEST)] = 0.0
    seconds: Annotated[float, Field(gt=0, le=30)] = 10.0


class ThroughWish(Asking):
    """A system behind a connector that is to be looked at, without a destination.

    target    virtual host:port or URL; http and https are asked for their path, others are connected to
    protocol  smtp, imap, pop3, ldap, ssh, sftp, odata, soap, oauth: the connector asks the system in it as well
    location  location id of the connector
    proxy_token  value of Proxy-Authorization, or the token alone; empty text: the header is not sent
    seconds   for each measurement
    """

    protocol: Annotated[str, Field(max_length=20)] = ""
    target: Annotated[str, Field(min_length=1, max_length=4096)]
    location: Annotated[str, Field(max_length=100)] = ""
    proxy_token: Annotated[str | None, Field(max_length=_TOKEN, repr=False)] = None
    seconds: Annotated[float, Field(gt=0, le=30)] = 10.0


class CheckingDesk(Protocol):
    """The operations; refusals are `FaultError`s."""

    async def check(self, subaccount: str, name: str, wish: CheckWish) -> Answer: ...

    async def through(self, subaccount: str, wish: ThroughWish) -> Answer: ...


def router(desk: Callable[[Request], CheckingDesk]) -> APIRouter:
    """The routes; `desk` gives the operations of the one who asks."""
    routes = APIRouter()

    @routes.post("/subaccounts/{subaccount}/destinations/{name}/check")
    async def check(request: Request, subaccount: str, name: str, wish: CheckWish | None = None) -> Answer:
        """Look at the whole way of a destination, name what stands in it, and keep the report."""
        return await desk(request).check(subaccount, name, wish or CheckWish())

    @routes.post("/subaccounts/{subaccount}/probe")
    async def through(request: Request, subaccount: str, wish: ThroughWish) -> Answer:
        """Look at a mapped system through a connector, name what stands in the way, and keep the report."""
        return await desk(request).through(subaccount, wish)

    return routes
