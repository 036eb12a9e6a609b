"""Routes for trusted issuers and for the keys that sign tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request

from landbridge.api.admin_bodies import Answer, Body, Name

_Url = Annotated[str, Field(max_length=2000, pattern=r"^(https?://[^\s]+)?$")]


class IssuerWish(Body):
    """An issuer whose tokens or assertions a subaccount accepts: exactly one source of its keys.

    jwks         the key set itself (JSON)
    jwks_uri     where it is
    discovery    where the OpenID configuration is
    certificate  of a SAML issuer, PEM
    """

    issuer: Annotated[Name, Field(max_length=1000)]
    jwks: Annotated[str, Field(max_length=65_536)] = ""
    jwks_uri: _Url = ""
    discovery: _Url = ""
    certificate: Annotated[str, Field(max_length=16_384)] = ""
    audience: Annotated[str, Field(max_length=1000)] = ""


class TrustDesk(Protocol):
    """The operations; refusals are `FaultError`s."""

    async def issuers(self, subaccount: str) -> list[Answer]: ...

    async def put_issuer(self, subaccount: str, wish: IssuerWish) -> Answer: ...

    async def delete_issuer(self, subaccount: str, issuer: str) -> None: ...

    async def keys(self) -> Answer: ...

    async def rotate_key(self, at_once: bool) -> Answer: ...

    async def retire_key(self, kid: str) -> None: ...


def router(desk: Callable[[Request], TrustDesk]) -> APIRouter:
    """The routes; `desk` gives the operations of the one who asks."""
    routes = APIRouter()

    @routes.get("/subaccounts/{subaccount}/issuers")
    async def issuers(request: Request, subaccount: str) -> list[Answer]:
        return await desk(request).issuers(subaccount)

    @routes.post("/subaccounts/{subaccount}/issuers", status_code=201)
    async def put(request: Request, subaccount: str, wish: IssuerWish) -> Answer:
        """An issuer of that name is replaced."""
        return await desk(request).put_issuer(subaccount, wish)

    @routes.delete("/subaccounts/{subaccount}/issuers", status_code=204)
    async def delete(request: Request, subaccount: str, issuer: str) -> None:
        await desk(request).delete_issuer(subaccount, issuer)

    @routes.get("/keys")
    async def keys(request: Request) -> Answer:
        """Which keys are published, and which one signs."""
        return await desk(request).keys()

    @routes.post("/keys/rotate")
    async def rotate(request: Request, at_once: Annotated[bool, Query(alias="atOnce")] = False) -> Answer:
        """Publish a new key. It signs half an hour later, with `atOnce=true` now."""
        return await desk(request).rotate_key(at_once)

    @routes.delete("/keys/{kid}", status_code=204)
    async def retire(request: Request, kid: str) -> None:
        """Trust a key no longer: the tokens it signed become invalid."""
        await desk(request).retire_key(kid)

    return routes
