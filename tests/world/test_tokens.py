"""Tokens that do not open the door (connectivity-proxy §3.5), and tenants that stay apart."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Resource
from landbridge.testing.world import ACME, GLOBEX, World, erp_mapping, world
from tests.world.client import Answer, Client, ask, request

pytestmark = pytest.mark.anyio

HOUR = 3600.0


class MovingClock:
    """The real clock plus `ahead` seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


async def call(world: World, token: str) -> Answer:
    return await ask(world.door, request("http://erp.virtual/echo", token))


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified."""
    header, claims, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(header), json.loads(claims)


async def test_expired(folder: Any) -> None:
    clock = MovingClock()
    async with world(folder, clock=clock) as running:
        token = await running.token()
        assert (await call(running, token)).status == 200
        lifetime = decoded(token)[1]["exp"] - clock()
        clock.ahead = lifetime + 30
        assert (await call(running, token)).status == 200, "60 seconds of leeway"
        clock.ahead = lifetime + 90
        answer = await call(running, token)
        assert (answer.status, answer.fault) == (407, "proxy.token-expired")
        assert answer.body == b"Invalid proxy authorization token"
        assert len(running.backend.seen) == 2


async def test_signed_by_somebody_else(erp: World) -> None:
    header, claims = decoded(await erp.token())
    key = RSAKey.import_key(rsa.generate_private_key(65537, 2048))
    answer = await call(erp, jwt.encode({"alg": "RS256", "kid": header["kid"]}, claims, key))
    assert (answer.status, answer.fault) == (407, "proxy.token-invalid")
    assert answer.body == b"Invalid proxy authorization token"
    assert not erp.backend.seen


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512"])
async def test_another_algorithm(erp: World, algorithm: str) -> None:
    token = await erp.token()
    header, _ = decoded(token)
    forged = base64.urlsafe_b64encode(json.dumps(header | {"alg": algorithm}).encode()).decode().rstrip("=")
    _, claims, signature = token.split(".")
    for tail in (signature, ""):
        answer = await call(erp, f"{forged}.{claims}.{tail}")
        assert (answer.status, answer.fault) == (407, "proxy.token-invalid")
    assert not erp.backend.seen


async def test_changed_claims(erp: World) -> None:
    header, claims, signature = (await erp.token("globex")).split(".")
    content = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"zid": ACME}
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    answer = await call(erp, f"{header}.{forged}.{signature}")
    assert (answer.status, answer.fault) == (407, "proxy.token-invalid")


@pytest.mark.parametrize("service", ["destination", "xsuaa"])
async def test_of_another_service(erp: World, service: str) -> None:
    answer = await call(erp, await erp.token(service=service))
    assert (answer.status, answer.fault) == (407, "proxy.token-wrong-client")
    assert answer.body == b"Invalid proxy authorization token"
    assert not erp.backend.seen


@pytest.fixture(scope="module")
async def two(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Both tenants have a connector with the same virtual host; each exposes only the path of its own name."""
    async with world(tmp_path_factory.mktemp("world"), connectors=()) as running:
        for name, subaccount in (("acme", ACME), ("globex", GLOBEX)):
            mapping = erp_mapping(running.backend.port, Resource(f"/echo/{name}"))
            await running.add_connector(ConnectorContent(name, subaccount, mappings=(mapping,)))
        yield running


async def test_a_tenant_without_connector_gets_nobody_elses(erp: World) -> None:
    answer = await call(erp, await erp.token("globex"))
    assert (answer.status, answer.fault) == (503, "tunnel.no-connector")
    assert GLOBEX in answer.body.decode()
    assert ACME not in answer.body.decode() + str(answer.headers)
    assert not erp.backend.seen


@pytest.mark.parametrize("seed", range(3))
async def test_interleaved_tenants_stay_apart(two: World, seed: int) -> None:
    chance = random.Random(seed)
    tokens = {name: await two.token(name) for name in ("acme", "globex")}
    order = [(chance.choice(("acme", "globex")), chance.choice(("acme", "globex"))) for _ in range(60)]

    async def one(tenant: str, wanted: str) -> None:
        answer = await ask(two.door, request(f"http://erp.virtual/echo/{wanted}", tokens[tenant]))
        expected = None if tenant == wanted else "connector.resource-not-exposed"
        assert answer.fault == expected, (tenant, wanted)

    await asyncio.gather(*(one(*pair) for pair in order))


async def test_the_other_tenants_token_on_the_same_connection(two: World) -> None:
    async with await Client.open(two.door) as client:
        assert (await client.ask(request("http://erp.virtual/echo/acme", await two.token("acme")))).status == 200
        answer = await client.ask(request("http://erp.virtual/echo/globex", await two.token("globex")))
        assert (answer.status, answer.fault) == (400, "proxy.location-changed")
