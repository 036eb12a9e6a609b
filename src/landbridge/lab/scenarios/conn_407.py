"""conn.407: the door does not accept who calls (failure-catalogue, row 27)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from landbridge.lab.pki import rsa_key
from landbridge.lab.scenario import Scenario, Stage
from landbridge.lab.scenarios.world_stage import Story, stage
from landbridge.testing.world import ACME, World

FAILURE = "conn.407"
CLIENT = "sb-lab|connectivity!b1"
Make = Callable[[World], Awaitable[str]]


def _claims(**changes: Any) -> dict[str, Any]:
    """Those of a good proxy token, with changes; None takes one away."""
    now = int(time.time())
    usual = {
        "iss": "http://acme.authentication.localhost/oauth/token",
        "sub": CLIENT,
        "cid": CLIENT,
        "client_id": CLIENT,
        "azp": CLIENT,
        "grant_type": "client_credentials",
        "scope": ["uaa.resource"],
        "aud": [CLIENT],
        "zid": ACME,
        "iat": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def signed(**changes: Any) -> Make:
    """A token that our token service signed."""

    async def make(running: World) -> str:
        return running.cloud.keyring.sign(_claims(**changes))

    return make


async def _missing(running: World) -> str:
    return ""


async def _not_bearer(running: World) -> str:
    return f"Token {await running.token()}"


async def _of_destination_service(running: World) -> str:
    return await running.token("acme", "destination")


def signed_by_another(claims: dict[str, Any]) -> str:
    """A token with those claims that a key of nobody's signed."""
    key: rsa.RSAPrivateKey = rsa_key(2048)
    return jwt.encode({"alg": "RS256", "kid": "another-key"}, claims, RSAKey.import_key(key), algorithms=["RS256"])


async def _foreign_key(running: World) -> str:
    return signed_by_another(_claims())


def _sent(text: str, make: Make) -> Stage:
    async def prepare(running: World, folder: Path) -> Sequence[str]:
        file = folder / "proxy-authorization"
        file.write_text(await make(running))
        return ("--proxy-token", str(file))

    return stage(Story(text, prepare=prepare))


_TOMORROW = int(time.time()) + 86_400

SCENARIOS = (
    Scenario(FAILURE, "header-missing", _sent("Nothing is sent.", _missing)),
    Scenario(FAILURE, "not-bearer", _sent("The word before the token is another.", _not_bearer)),
    Scenario(FAILURE, "expired", _sent("The token is of yesterday.", signed(iat=1, exp=int(time.time()) - 86_400))),
    Scenario(FAILURE, "wrong-audience", _sent("It is for another service.", _of_destination_service)),
    Scenario(FAILURE, "signature-or-issuer", _sent("Another key signed it.", _foreign_key)),
    Scenario(
        FAILURE,
        "ias-without-resource",
        _sent(
            "It was fetched without the resource.",
            signed(zid=None, app_tid=ACME, cid=None, azp="app", client_id=None, aud=["app"]),
        ),
    ),
    Scenario(
        FAILURE, "clock-skew", _sent("It begins tomorrow.", signed(iat=_TOMORROW, nbf=_TOMORROW, exp=_TOMORROW + 3600))
    ),
)
