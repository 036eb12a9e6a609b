from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc import jws
from joserfc.jwk import RSAKey

from landbridge.faults import FaultError
from landbridge.identity.keys import LIFETIME, PUBLISHED_BEFORE, KeyRing
from landbridge.identity.verify import Rejection, TokenRejected
from landbridge.store import KeyKind, KeyRepository
from tests.identity.seed import NOON, Installation

pytestmark = pytest.mark.anyio

CLAIMS = {"zid": "tenant-a", "cid": "client-a", "exp": NOON + 600}


def header(token: str) -> dict[str, str]:
    encoded = token.split(".", maxsplit=1)[0]
    decoded: dict[str, str] = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return decoded


async def test_the_key_is_made_once_and_kept(installation: Installation) -> None:
    again = await KeyRing.load(installation.db, installation.clock)
    assert again.jwks() == installation.keyring.jwks()
    assert installation.verifier.verify(again.sign(CLAIMS)).tenant == "tenant-a"


async def test_starts_at_the_same_time_agree_on_one_key(installation: Installation) -> None:
    async with installation.db.begin() as session:
        for key in await KeyRepository(session).list(KeyKind.SIGNING):
            await KeyRepository(session).delete(key.id)
    rings = await asyncio.gather(*(KeyRing.load(installation.db, installation.clock) for _ in range(3)))
    assert len({ring.token_key()["kid"] for ring in rings}) == 1


async def test_the_header_names_key_and_key_set(installation: Installation) -> None:
    token = installation.keyring.sign(CLAIMS, jku="https://acme.test/token_keys")
    kid = installation.keyring.token_key()["kid"]
    assert header(token) == {"alg": "RS256", "jku": "https://acme.test/token_keys", "kid": kid, "typ": "JWT"}
    assert "jku" not in header(installation.keyring.sign(CLAIMS))


async def test_the_key_set_is_what_clients_read(installation: Installation) -> None:
    [key] = installation.keyring.jwks()["keys"]
    assert set(key) == {"kty", "kid", "use", "alg", "n", "e", "value"}
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
    numbers = load_pem_public_key(key["value"].encode()).public_numbers()  # type: ignore[union-attr]
    assert int.from_bytes(urlsafe_b64decode(key["n"] + "==")) == numbers.n  # type: ignore[union-attr]
    assert numbers.n.bit_length() == 2048  # type: ignore[union-attr]


async def test_a_foreign_verifier_accepts_our_tokens_by_the_key_set_alone(installation: Installation) -> None:
    [key] = installation.keyring.jwks()["keys"]
    public = RSAKey.import_key({name: key[name] for name in ("kty", "n", "e")})
    token = installation.keyring.sign(CLAIMS)
    assert json.loads(jws.deserialize_compact(token, public, algorithms=["RS256"]).payload) == CLAIMS
    assert installation.keyring.public_pem() == key["value"]


async def test_a_new_key_is_published_half_an_hour_before_it_signs(installation: Installation) -> None:
    ring, verifier = installation.keyring, installation.verifier
    old = ring.sign(CLAIMS)
    old_kid = header(old)["kid"]
    installation.clock.now += 60
    new_kid = await ring.rotate()
    assert [key["kid"] for key in ring.jwks()["keys"]] == [new_kid, old_kid]
    installation.clock.now += PUBLISHED_BEFORE - 1
    assert header(ring.sign(CLAIMS))["kid"] == ring.token_key()["kid"] == old_kid
    installation.clock.now += 1
    assert header(ring.sign(CLAIMS))["kid"] == ring.token_key()["kid"] == new_kid
    assert ring.public_pem() == ring.token_key()["value"]
    installation.clock.now -= PUBLISHED_BEFORE
    assert verifier.verify(old).tenant == "tenant-a"


async def test_an_old_key_is_trusted_as_long_as_its_last_token_can_live(installation: Installation) -> None:
    ring, verifier = installation.keyring, installation.verifier
    old_kid = ring.token_key()["kid"]
    installation.clock.now += 60
    await ring.rotate()
    installation.clock.now += PUBLISHED_BEFORE - 1
    last = ring.sign({**CLAIMS, "exp": installation.clock.now + LIFETIME})
    assert header(last)["kid"] == old_kid
    installation.clock.now += LIFETIME + 59
    assert verifier.verify(last).tenant == "tenant-a"
    installation.clock.now += 2
    assert old_kid not in [key["kid"] for key in ring.jwks()["keys"]]
    with pytest.raises(TokenRejected):
        verifier.verify(last)


async def test_keys_are_rotated_and_forgotten_by_themselves(installation: Installation) -> None:
    ring = installation.keyring
    first = ring.token_key()["kid"]
    await ring.maintain(rotate_after=0)
    await ring.maintain(rotate_after=86_400)
    assert [key["kid"] for key in ring.jwks()["keys"]] == [first]
    installation.clock.now += 86_400
    await ring.maintain(rotate_after=86_400)
    second, kept = (key["kid"] for key in ring.jwks()["keys"])
    assert kept == first != second
    installation.clock.now += PUBLISHED_BEFORE + LIFETIME + 60
    await ring.maintain(rotate_after=0)
    async with installation.db.read() as session:
        assert [key.id for key in await KeyRepository(session).list(KeyKind.SIGNING)] == [second]


async def test_a_rotation_at_once_does_not_wait_nor_hang_on_the_clock(installation: Installation) -> None:
    ring, verifier = installation.keyring, installation.verifier
    old = ring.sign(CLAIMS)
    old_kid = header(old)["kid"]
    installation.clock.now -= 3600  # the order of keys does not hang on the clock
    new_kid = await ring.rotate(at_once=True)
    assert new_kid != old_kid
    assert header(ring.sign(CLAIMS))["kid"] == new_kid
    assert [key["kid"] for key in ring.jwks()["keys"]] == [new_kid, old_kid]
    assert verifier.verify(old).tenant == "tenant-a"
    again = await KeyRing.load(installation.db, installation.clock)
    assert again.token_key()["kid"] == new_kid


async def test_a_cached_token_of_a_retired_key_is_refused(installation: Installation) -> None:
    ring, verifier = installation.keyring, installation.verifier
    token = ring.sign(CLAIMS)
    verifier.verify(token)
    await ring.rotate(at_once=True)
    assert await ring.retire(header(token)["kid"])
    assert not await ring.retire(header(token)["kid"])
    with pytest.raises(TokenRejected) as caught:
        verifier.verify(token)
    assert caught.value.rejection is Rejection.UNKNOWN_KEY


async def test_the_signing_key_cannot_be_retired(installation: Installation) -> None:
    with pytest.raises(FaultError, match=r"identity\.key-signs"):
        await installation.keyring.retire(installation.keyring.token_key()["kid"])


async def test_bump_raises_the_epoch(installation: Installation) -> None:
    before = installation.keyring.epoch
    installation.keyring.bump()
    assert installation.keyring.epoch > before
