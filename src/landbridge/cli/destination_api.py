"""A client of the Destination service, as any application is one: with the credentials of a binding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from landbridge.cli.running import PATIENCE, RunningSide, content_of
from landbridge.faults import FaultError, fault
from landbridge.model.destination import SECRET_KEYS

HIDDEN = "•••"
CHUNK = 100
"""Destinations that one request carries: the size of its body has a limit."""


class On(StrEnum):
    """The level that a command works on."""

    SUBACCOUNT = "subaccount"
    INSTANCE = "instance"


Level = Annotated[On, typer.Option("--level", help="Level of the destinations.")]
Instance = Annotated[
    str, typer.Option("--instance", help="Destination instance whose binding is used. Default: the first one.")
]
Secrets = Annotated[bool, typer.Option("--secrets", help="Show what is secret.")]


class DestinationApi:
    """The API, with a fresh token of a binding."""

    def __init__(self, data: Path, subaccount: str, instance: str = "") -> None:
        self._side = RunningSide(data)
        self._base = self._side.running.local_url
        credentials = self._credentials(subaccount, instance)
        form = {
            "grant_type": "client_credentials",
            "client_id": str(credentials["clientid"]),
            "client_secret": str(credentials["clientsecret"]),
        }
        token = self._call("POST", "/oauth/token", {}, form=form)
        self._headers = {"Authorization": f"Bearer {token['access_token']}"}

    def find(self, name: str, headers: Mapping[str, str]) -> Any:
        """What an application gets: configuration, tokens, certificates."""
        path = f"/destination-configuration/v1/destinations/{quote(name, safe='')}"
        return self._call("GET", path, {**headers, **self._headers})

    def all(self, level: On) -> list[dict[str, str]]:
        """All destinations of the level."""
        found: list[dict[str, str]] = self._content("GET", level)
        return found

    def names(self, level: On) -> set[str]:
        """The names alone."""
        return {item["Name"] for item in self._content("GET", level, "?$select=Name")}

    def get(self, level: On, name: str) -> dict[str, str]:
        """Raises `FaultError`: `destination.not-found`."""
        found: dict[str, str] = self._content("GET", level, f"/{quote(name, safe='')}")
        return found

    def create(self, level: On, items: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        """What became of each."""
        created: list[dict[str, Any]] = self._content("POST", level, body=list(items))
        return created

    def replace(self, level: On, items: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        """What became of each."""
        replaced: list[dict[str, Any]] = self._content("PUT", level, body=list(items))
        return replaced

    def delete(self, level: On, name: str) -> None:
        """Raises `FaultError`: `destination.not-found`, `destination.in-use`."""
        self._content("DELETE", level, f"/{quote(name, safe='')}")

    def _credentials(self, subaccount: str, instance: str) -> Mapping[str, object]:
        query = {"instance": instance} if instance else {}
        services = self._side.get(f"/admin/subaccounts/{quote(subaccount, safe='')}/bindings", **query)
        for entry in services.get("destination", []):
            credentials: Mapping[str, object] = entry["credentials"]
            if credentials.get("clientsecret"):
                return credentials
        raise FaultError(fault("destination.no-binding", subaccount=subaccount))

    def _content(self, method: str, level: On, rest: str = "", body: object = None) -> Any:
        path = f"/destination-configuration/v1/{level.value}Destinations{rest}"
        return self._call(method, path, self._headers, body=body)

    def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        body: object = None,
        form: Mapping[str, str] | None = None,
    ) -> Any:
        import httpx

        url = self._base + path
        try:
            answer = httpx.request(
                method, url, headers=dict(headers), json=body, data=form, timeout=PATIENCE, trust_env=False
            )
        except httpx.TransportError as error:
            raise self._side.unreachable(url, str(error) or type(error).__name__) from error
        return content_of(answer, url) if answer.content or not answer.is_success else None


def masked(properties: Mapping[str, str], secrets: bool) -> dict[str, str]:
    """The properties as people may see them."""
    return {key: HIDDEN if key in SECRET_KEYS and not secrets else value for key, value in properties.items()}


def chunks(items: Sequence[Mapping[str, str]]) -> Iterable[Sequence[Mapping[str, str]]]:
    """The items in portions that a request can carry."""
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
