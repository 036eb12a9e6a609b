"""dest.*: the Destination service does not hand the destination out (failure-catalogue, rows 31 to 33)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from landbridge.connector.propagation.token import unverified_claims
from landbridge.lab.scenario import Scenario, Stage
from landbridge.lab.scenarios.conn_407 import signed_by_another
from landbridge.lab.scenarios.world_stage import NAME, Story, call, on_premise, stage
from landbridge.model.destination import Destination
from landbridge.testing.world import World

Make = Callable[[World], Awaitable[str]]


async def _missing(running: World) -> str:
    return ""


async def _cut(running: World) -> str:
    return (await running.token("acme", "destination"))[:40]


async def _expired(running: World) -> str:
    claims = unverified_claims(await running.token("acme", "destination"))
    now = int(time.time())
    return running.cloud.keyring.sign({**claims, "iat": now - 90_000, "exp": now - 80_000})


async def _foreign(running: World) -> str:
    return signed_by_another(unverified_claims(await running.token("acme", "destination")))


async def _connectivity(running: World) -> str:
    return await running.token("acme", "connectivity")


async def _stranger(running: World) -> str:
    claims = unverified_claims(await running.token("acme", "destination"))
    other = unverified_claims(await running.token("globex", "destination"))
    return running.cloud.keyring.sign({**claims, "zid": other["zid"]})


def _with_token(text: str, make: Make) -> Stage:
    async def prepare(running: World, folder: Path) -> Sequence[str]:
        file = folder / "service.jwt"
        file.write_text(await make(running))
        return ("--service-token", str(file))

    return stage(Story(text, connector=False, prepare=prepare))


def _named(text: str, destination: Destination | None, *command: str) -> Stage:
    name = command or (NAME,)
    return stage(Story(text, destination, connector=False, command=("check", *name, "--subaccount", "acme")))


def _renamed(name: str) -> Destination:
    return replace(on_premise(), properties={**on_premise().properties, "Name": name})


async def _delete(running: World, folder: Path) -> Sequence[str]:
    await call(running, "acme", "DELETE", f"subaccountDestinations/{NAME}")
    return ()


async def _neighbour(running: World, folder: Path) -> Sequence[str]:
    await call(running, "globex", "POST", "subaccountDestinations", dict(on_premise().properties))
    return ()


_KEYSTORE = {"Authentication": "ClientCertificateAuthentication", "KeyStoreLocation": "none.p12"}
_TOKENS = {
    "Authentication": "OAuth2ClientCredentials",
    "tokenServiceURL": "http://127.0.0.1:9/token",
    "clientId": "lab",
    "clientSecret": "lab",
}


def _new(text: str, *names: str) -> Stage:
    async def prepare(running: World, folder: Path) -> Sequence[str]:
        file = folder / "new.json"
        file.write_text(json.dumps([{**on_premise().properties, "Name": name} for name in names]))
        return ("--new", str(file))

    return stage(Story(text, connector=False, prepare=prepare))


async def _created(running: World, folder: Path, times: int) -> Sequence[str]:
    """So many create the same at once, and one of them wonders."""
    properties = dict(on_premise().properties)
    wishes = [call(running, "acme", "POST", "subaccountDestinations", properties) for _ in range(times)]
    assert sorted(await asyncio.gather(*wishes)) == [201, *[409] * (times - 1)]
    file = folder / "new.json"
    file.write_text(json.dumps([properties]))
    return ("--new", str(file))


async def _one(running: World, folder: Path) -> Sequence[str]:
    return await _created(running, folder, 1)


async def _both(running: World, folder: Path) -> Sequence[str]:
    return await _created(running, folder, 2)


SCENARIOS = (
    Scenario("dest.409", "concurrent", stage(Story("Two create it at once.", None, connector=False, prepare=_both))),
    Scenario("dest.409", "exists", _new("It is there.", NAME)),
    Scenario(
        "dest.409", "exists", stage(Story("It was created alone.", None, connector=False, prepare=_one)), "created"
    ),
    Scenario("dest.409", "import-duplicates", _new("One of two is there.", NAME, "CRM")),
    Scenario("dest.401", "missing", _with_token("Nothing is sent.", _missing)),
    Scenario("dest.401", "malformed", _with_token("The token was cut.", _cut)),
    Scenario("dest.401", "expired", _with_token("The token is of yesterday.", _expired)),
    Scenario("dest.401", "signature-or-issuer", _with_token("Another key signed it.", _foreign)),
    Scenario("dest.401", "audience", _with_token("It is for another service.", _connectivity)),
    Scenario("dest.403", "other-tenant", _with_token("It is for a stranger's tenant.", _stranger)),
    Scenario("dest.404", "name-or-level", _named("Letter case.", _renamed("erp")), "case"),
    Scenario("dest.404", "name-or-level", _named("There is nothing like it.", None), "nothing"),
    Scenario(
        "dest.404", "fragment-name", _named("No such fragment.", on_premise(), NAME, "--fragment", "no-such-fragment")
    ),
    Scenario("dest.404", "certificate-name", stage(Story("No such key store.", on_premise(**_KEYSTORE)))),
    Scenario(
        "dest.404", "other-tenant", stage(Story("A neighbour has it.", None, connector=False, prepare=_neighbour))
    ),
    Scenario("dest.404", "deleted", stage(Story("It was deleted.", connector=False, prepare=_delete))),
    Scenario(
        "check.2xx3xx",
        "token-error-inside",
        stage(Story("The token service is not there.", on_premise(**_TOKENS))),
        "on-premise",
    ),
)
