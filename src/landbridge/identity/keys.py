"""The key ring: RS256 keys that sign our tokens, kept sealed in the store, and their public halves for everybody.

A key is published half an hour before it signs, because clients keep the key set that long; it stays published for as
long as a token that it signed may live (destination-service §5.6).
"""

from __future__ import annotations

import json
import logging
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from anyio import to_thread
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.jwk import RSAKey

from landbridge.faults import FaultError, fault
from landbridge.identity.verify import ALGORITHM
from landbridge.model.clock import Clock
from landbridge.model.secret import Secret
from landbridge.store import Database, KeyKind, KeyRepository, StoredKey

PUBLISHED_BEFORE = 1800.0
"""Seconds between the publication of a key and its first signature."""

LIFETIME = 43_199
"""Longest life of a token, in seconds, where nobody says another one."""

_KEY_BITS = 2048
_LEEWAY = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Key:
    """A key with the time it signs from, and the time it is trusted until."""

    id: str
    private: RSAKey
    public: RSAKey
    published: float
    begins: float
    ends: float


class KeyRing:
    """Signs with the newest key that was published long enough; knows all that are valid. A `KeySource`.

    Make it with `KeyRing.load`.
    """

    def __init__(self, db: Database, clock: Clock, stored: list[StoredKey], lifetime: float = LIFETIME) -> None:
        self._db = db
        self._clock = clock
        self._lifetime = lifetime
        self._epoch = 0
        self._adopt(stored)

    @classmethod
    async def load(cls, db: Database, clock: Clock, lifetime: float = LIFETIME) -> KeyRing:
        """The keys of the store; the very first one is made here. Raises what `Database` and `Vault.open` raise.

        lifetime  longest life of a token, in seconds: so long a key is trusted after its last signature
        """
        async with db.read() as session:
            stored = await KeyRepository(session).list(KeyKind.SIGNING)
        if not stored:
            fresh = await _generate(clock)
            async with db.begin() as session:
                repository = KeyRepository(session)
                stored = await repository.list(KeyKind.SIGNING)  # another process may have been first
                if not stored:
                    await repository.put(fresh)
                    stored = [fresh]
        return cls(db, clock, stored, lifetime)

    @property
    def epoch(self) -> int:
        return self._epoch

    def bump(self) -> None:
        """Void every cached verdict about tokens: a client, a subscription or the whole landscape changed."""
        self._epoch += 1

    def key(self, kid: str) -> RSAKey | None:
        found = self._keys.get(kid)
        return found.public if found is not None and self._clock() < found.ends else None

    def sign(self, claims: Mapping[str, Any], jku: str = "") -> str:
        """A signed token (compact JWS). `jku` is the address of the key set that the header names.

        About a millisecond; it does not leave the event loop (traps 8 is about making keys).
        """
        key = self._signing()
        header = {"alg": ALGORITHM, "jku": jku, "kid": key.id, "typ": "JWT"}
        if not jku:
            del header["jku"]
        # Compact, because tokens travel in headers whose lines are limited to 8192 bytes.
        return jws.serialize_compact(
            header, json.dumps(claims, separators=(",", ":")), key.private, algorithms=[ALGORITHM]
        )

    def jwks(self) -> dict[str, Any]:
        """The key set of `/token_keys`, the newest key first. Every key has `value` (PEM) beside `n` and `e`."""
        now = self._clock()
        return {"keys": [_jwk(key.public) for key in self._keys.values() if now < key.ends]}

    def token_key(self) -> dict[str, Any]:
        """The signing key alone, as `/token_key` shows it."""
        return _jwk(self._signing().public)

    def public_pem(self) -> str:
        """The public half of the signing key: `verificationkey` of a binding."""
        return _pem(self._signing().public)

    async def rotate(self, at_once: bool = False) -> str:
        """Publish a new key, which signs half an hour later, or now if it must be `at_once` (a key was stolen).

        Tokens of the old keys stay valid until they expire. Returns the new key's id.
        """
        fresh = await _generate(self._clock)
        async with self._db.begin() as session:
            repository = KeyRepository(session)
            stored = await repository.list(KeyKind.SIGNING)
            fresh = _placed(fresh, stored[0].created, at_once)
            for age, key in enumerate(stored, 1):
                if key.created >= fresh.created:  # the clock was set back: the new key has to be the newest
                    await repository.put(replace(key, created=fresh.created - age))
            await repository.put(fresh)
            stored = await repository.list(KeyKind.SIGNING)
        self._adopt(stored)
        self.bump()
        _log.info("signing key published", extra={"kid": fresh.id, "at_once": at_once})
        return fresh.id

    async def retire(self, kid: str) -> bool:
        """Trust a key no longer: all tokens it signed become invalid at once. The signing key cannot be retired.

        Returns whether there was such a key. Raises `FaultError` (`identity.key-signs`).
        """
        if kid == self._signing().id:
            raise FaultError(fault("identity.key-signs", kid=kid))
        async with self._db.begin() as session:
            known = await KeyRepository(session).delete(kid)
            stored = await KeyRepository(session).list(KeyKind.SIGNING)
        self._adopt(stored)
        self.bump()
        return known

    async def maintain(self, rotate_after: float) -> None:
        """Forget keys whose tokens have all expired; publish a new one when the newest is `rotate_after` seconds old.

        0 seconds: keys are never rotated by themselves. To be called now and then.
        """
        now = self._clock()
        for key in [key for key in self._keys.values() if key.ends <= now]:
            await self.retire(key.id)
        newest = next(iter(self._keys.values()))
        if rotate_after and newest.published + rotate_after <= now:
            await self.rotate()

    def _signing(self) -> _Key:
        now = self._clock()
        oldest = next(reversed(self._keys.values()))
        return next((key for key in self._keys.values() if key.begins <= now), oldest)

    def _adopt(self, stored: list[StoredKey]) -> None:
        """The newest first. A key's last signature is made when the next newer one begins."""
        self._keys: dict[str, _Key] = {}
        ends = math.inf
        for key in stored:
            private = _private(key.private_pem, key.id)
            begins = key.created + PUBLISHED_BEFORE
            self._keys[key.id] = _Key(key.id, private, _import(key.public_pem, key.id), key.created, begins, ends)
            ends = begins + self._lifetime + _LEEWAY


def _placed(fresh: StoredKey, newest: float, at_once: bool) -> StoredKey:
    """The new key with its time of publication: one that signs at once is dated back, and never before the others."""
    if at_once:
        return replace(fresh, created=fresh.created - PUBLISHED_BEFORE)
    return replace(fresh, created=max(fresh.created, newest + 1))


async def _generate(clock: Clock) -> StoredKey:
    """A new key, made in a thread: it takes 50 to 130 ms (traps 8)."""
    key = await to_thread.run_sync(RSAKey.generate_key, _KEY_BITS)
    private = Secret(key.as_pem(private=True).decode())
    return StoredKey(f"key-{secrets.token_hex(8)}", KeyKind.SIGNING, _pem(key), private, clock())


def _private(pem: Secret, kid: str) -> RSAKey:
    """Not checked for being well made, which takes 20 ms: we made it ourselves, and the vault kept it unaltered."""
    key = serialization.load_pem_private_key(pem.reveal().encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return _import(key, kid)


def _import(key: str | rsa.RSAPrivateKey, kid: str) -> RSAKey:
    """Of a private key, or of the PEM of a public one."""
    return RSAKey.import_key(key, {"kid": kid, "use": "sig", "alg": ALGORITHM})


def _pem(key: RSAKey) -> str:
    return key.as_pem(private=False).decode()


def _jwk(key: RSAKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "value": _pem(key)}
