"""landbridge itself, met by somebody who looks at it as at any other target: its door, its token service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.testing.world import world


@asynccontextmanager
async def _door(folder: Path) -> AsyncIterator[Staged]:
    async with world(folder, connectors=[]) as running:
        host, port = running.door
        yield Staged(("probe", "http", f"http://{host}:{port}/orders"), "The door of the gateway, without a token.")


def _tokens(story: str, secret: str = "") -> Stage:
    """The token service, asked with the credentials of a binding; `secret` stands in place of theirs."""

    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        async with world(folder, connectors=[]) as running:
            binding = await running.credentials("acme", "destination")
            file = folder / "secret"
            file.write_text(secret or binding["clientsecret"])
            url = f"{running.cloud.api_url}/oauth/token"
            yield Staged(("probe", "oauth", url, "--client", binding["clientid"], "--secret-file", str(file)), story)

    return staged


SCENARIOS = (
    Scenario("conn.407", "header-missing", _door, "door"),
    Scenario("outbound.http-401", "oauth-token-fetch", _tokens("A wrong secret.", "another"), "own"),
    Scenario(HEALTHY, "oauth", _tokens("The binding's own secret."), "own"),
)
