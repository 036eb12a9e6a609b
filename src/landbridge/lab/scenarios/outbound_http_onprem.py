"""outbound.http-403-onprem, of destinations: what only this row has a name for (failure-catalogue, row 20)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from landbridge.connector.settings import ConnectorSettings
from landbridge.lab.scenario import Scenario, Stage
from landbridge.lab.scenarios.conn_403 import exposing
from landbridge.lab.scenarios.world_stage import Story, backend, on_premise, stage
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.web import Call, Respond, answer, web
from landbridge.model.mapping import Resource
from landbridge.settings import TunnelSettings
from landbridge.testing.world import PATIENCE, World

FAILURE = "outbound.http-403-onprem"


def _answering(text: str, respond: Respond, **properties: str) -> Stage:
    return stage(Story(text, on_premise(**properties), backend=backend(partial(listening, web(respond)))))


def _forbidden(call: Call) -> bytes:
    return answer(403, body="no")


def _wants_token(call: Call) -> bytes:
    return answer(403, "X-CSRF-Token: Required")


def _fails(call: Call) -> bytes:
    return answer(500, body="dump")


def _wants_logon(call: Call) -> bytes:
    return answer(401, 'WWW-Authenticate: Basic realm="ERP"')


def _nothing(call: Call) -> bytes:
    return answer(404)


async def _one_open(running: World, folder: Path) -> Sequence[str]:
    """Somebody's WebSocket keeps a stream."""
    lines = (
        "GET http://erp.virtual/websocket HTTP/1.1",
        "Host: erp.virtual",
        f"Proxy-Authorization: Bearer {await running.token()}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: bGFuZGJyaWRnZSBsYWIgIQ==",
    )
    reader, writer = await asyncio.open_connection(*running.door)
    running.stack.callback(writer.close)
    writer.write("\r\n".join((*lines, "", "")).encode())
    async with asyncio.timeout(PATIENCE):
        await reader.readuntil(b"\r\n\r\n")
    return ()


_LOGON = {"Authentication": "BasicAuthentication", "User": "SERVICE", "Password": "secret"}

SCENARIOS = (
    Scenario(FAILURE, "backend-icf", _answering("It refuses everybody.", _forbidden)),
    Scenario(FAILURE, "backend-authz", _answering("It knows the user.", _forbidden, **_LOGON)),
    Scenario(FAILURE, "csrf", _answering("It demands a token.", _wants_token, **_LOGON)),
    Scenario("check.5xx", "server-error", _answering("It fails.", _fails), "on-premise"),
    Scenario(
        "check.5xx",
        "from-connectivity",
        stage(
            Story("The tunnel takes no more.", prepare=_one_open, settings={"tunnel": TunnelSettings(stream_limit=1)})
        ),
        "gateway",
    ),
    Scenario(
        "check.5xx",
        "from-connectivity",
        stage(
            Story(
                "The connector takes no more.", prepare=_one_open, connector_settings=ConnectorSettings(stream_limit=1)
            )
        ),
        "connector",
    ),
    Scenario("check.4xx", "not-authenticated", _answering("It wants a logon.", _wants_logon), "on-premise"),
    Scenario("check.4xx", "url-incomplete", _answering("It has no such path.", _nothing), "on-premise"),
    Scenario(FAILURE, "encoding", exposing("Two slashes.", "//echo", Resource("/echo")), "slashes"),
    Scenario(FAILURE, "encoding", exposing("An encoded slash.", "/echo%2Fa", Resource("/echo/")), "encoded"),
    Scenario(FAILURE, "encoding", exposing("Dot segments.", "/echo/../echo/a", Resource("/echo/")), "dots"),
    Scenario(FAILURE, "https-through-proxy", stage(Story("https.", on_premise("https://erp.virtual:80/")))),
)
