"""The Connectivity service's REST API: which connectors are connected (connectivity-proxy §15)."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter
from starlette.requests import Request

from landbridge.identity.binding import CONNECTOR_INFO_PATH


class Information(Protocol):
    """Who answers; refusals are `FaultError`s. `gateway.information.ConnectorInformation` is one."""

    def entries(self, authorization: str) -> list[dict[str, dict[str, str]]]: ...


def router(information: Information) -> APIRouter:
    """The route that bindings of the plan api_access name."""
    routes = APIRouter(tags=["connectivity"])

    @routes.get(CONNECTOR_INFO_PATH)
    async def connectors(request: Request) -> list[dict[str, dict[str, str]]]:
        """The connected connectors of the subaccount whose token it is."""
        return information.entries(request.headers.get("authorization", ""))

    return routes
