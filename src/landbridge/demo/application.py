"""The application of the demonstration: knows its binding, and does what any client library does with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

import httpx

Credentials = dict[str, Any]
NOTHING: Mapping[str, str] = MappingProxyType({})
ORDERS = "/sap/opu/odata/sap/ORDERS/Orders"


class Application:
    """A client of the token service, the destination service and the HTTP door, and of nothing else."""

    def __init__(self, services: dict[str, list[dict[str, Any]]]) -> None:
        """`services`: the value of VCAP_SERVICES."""
        self._destination: Credentials = services["destination"][0]["credentials"]
        self._connectivity: Credentials = services["connectivity"][0]["credentials"]
        host, port = self._connectivity["onpremise_proxy_host"], self._connectivity["onpremise_proxy_http_port"]
        # trust_env: what the shell says about proxies is not for this machine's own ports.
        self._direct = httpx.Client(trust_env=False, timeout=20)
        self._proxied = httpx.Client(trust_env=False, timeout=20, proxy=f"http://{host}:{port}")
        self._proxy_token = ""
        self._url = ""
        self._location = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._direct.close()
        self._proxied.close()

    def token(self, service: str, secret: str | None = None) -> httpx.Response:
        """Ask for a token with the binding of `destination` or `connectivity`; with another `secret` if given."""
        credentials = self._destination if service == "destination" else self._connectivity
        return self._direct.post(
            f"{credentials['url']}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(credentials["clientid"], secret or credentials["clientsecret"]),
        )

    def find(self, name: str) -> httpx.Response:
        """Ask the destination service for a destination."""
        token = self.token("destination").raise_for_status().json()["access_token"]
        url = f"{self._destination['uri']}/destination-configuration/v1/destinations/{name}"
        return self._direct.get(url, headers={"Authorization": f"Bearer {token}"})

    def use(self, found: dict[str, Any]) -> None:
        """From now on, call what this answer of the destination service describes."""
        properties = found["destinationConfiguration"]
        self._url = properties["URL"]
        self._location = properties.get("CloudConnectorLocationId", "")
        self._proxy_token = self.token("connectivity").raise_for_status().json()["access_token"]

    def call(
        self,
        method: str,
        path: str,
        *,
        instead: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
        json: object = None,
    ) -> httpx.Response:
        """Call the on-premise system through the HTTP door. `instead` replaces `url`, `token` or `location`."""
        token = instead.get("token", self._proxy_token)
        technical = {"SAP-Connectivity-SCC-Location_ID": instead.get("location", self._location)}
        if token:
            technical["Proxy-Authorization"] = f"Bearer {token}"
        url = instead.get("url", self._url) + path
        return self._proxied.request(method, url, headers={**technical, **headers}, json=json)
