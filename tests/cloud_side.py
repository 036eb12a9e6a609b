"""A cloud side for tests: on free ports, with one landscape that most of them can use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from landbridge.app import CloudSide
from landbridge.data_folder import read_admin_token
from landbridge.settings import Settings
from landbridge.testing.furnished import furnish
from landbridge.testing.known_passwords import KNOWN_PASSWORDS

ACME = "11111111-2222-3333-4444-555555555555"
LANDSCAPE = f"""\
landbridge: "1"
subaccounts:
  - id: {ACME}
    subdomain: acme
    users:
      - {{name: alice@example.com, password: wonderland, scopes: [shop.read]}}
    instances:
      - {{name: dest, service: destination}}
      - {{name: conn, service: connectivity}}
      - {{name: app, service: xsuaa, xsappname: shop}}
    destinations:
      - {{Name: erp, Type: HTTP, URL: "http://erp:8000", ProxyType: OnPremise, Authentication: NoAuthentication}}
connectors:
  - name: office
    subaccount: acme
    mappings:
      - {{virtual: "erp:8000", internal: "127.0.0.1:9", resources: [{{path: /}}]}}
"""


def settings_in(folder: Path) -> Settings:
    """Settings with free ports and data in `folder`."""
    return Settings(
        data=folder / "data", http_port=0, https_port=0, door_port=0, socks_port=0, tunnel_port=0, stop_grace=0.1
    )


def landscape_in(folder: Path, text: str = LANDSCAPE) -> Path:
    """A landscape file in `folder`."""
    path = folder / "landscape.yaml"
    path.write_text(text)
    return path


@asynccontextmanager
async def cloud_side(folder: Path, landscape: str | None = LANDSCAPE, **changes: object) -> AsyncIterator[CloudSide]:
    """A running cloud side; `changes` are settings."""
    settings = replace(settings_in(folder), **changes)  # type: ignore[arg-type]
    if not settings.database_url:
        await furnish(settings.data)
    content = landscape_in(folder, landscape) if landscape else None
    side = await CloudSide.start(settings, content, passwords=KNOWN_PASSWORDS)
    try:
        yield side
    finally:
        await side.stop()


def administrator(side: CloudSide) -> httpx.AsyncClient:
    """A client that has the admin token."""
    token = read_admin_token(side.settings.data).reveal()
    return httpx.AsyncClient(
        base_url=side.running.local_url, headers={"Authorization": f"Bearer {token}"}, trust_env=False
    )
