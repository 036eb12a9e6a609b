"""The key ring: RS256 keys that sign our tokens, kept sealed in the store, and their public halves for everybody."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anyio import to_thread
from joserfc import jws
from joserfc.jwk import RSAKey

from landbridge.identity.verify import ALGORITHM
from landbridge.model.clock import Clock
from landbridge.model.secret import Secret
from landbridge.store import Database, KeyKind, KeyRepository, StoredKey

_KEY_BITS = 2048
_log = logging.getLogger(__name__)


class KeyRing:
    """Signs with the newest key and knows all that are valid. A `KeySource` for `TokenVerifier`.

    Make it with `KeyRing.load`.
    """

    def __init__(self, db: Database, clock: Clock, stored: list[StoredKey]) -> None:
        self._db = db
        self._clock = clock
        self._epoch = 0
        self._adopt(stored)

    @classmethod
    async def load(cls, db: Database, clock: Clock) -> KeyRing:
        """The keys of the store; the very first one is made here. Raises what `Database` and `Vault.open` raise."""
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
        return cls(db, clock, stored)

    @property
    def epoch(self) -> int:
        return self._epoch

    def bump(self) -> None:
        """Void every cached verdict about tokens: a client, a subscription or the whole landscape changed."""
        self._epoch += 1

    def key(self, kid: str) -> RSAKey | None:
        return self._public.get(kid)

    def sign(self, claims: Mapping[str, Any], jku: str = "") -> str:
        """A signed token (compact JWS). `jku` is the address of the key set that the header names.

        About a millisecond; it does not leave the event loop (traps 8 is about making keys).
        """
        header = {"alg": ALGORITHM, "jku": jku, "kid": self._kid, "typ": "JWT"}
        if not jku:
            del header["jku"]
        # Compact, because tokens travel in headers whose lines are limited to 8192 bytes.
        return jws.serialize_compact(
            header, json.dumps(claims, separators=(",", ":")), self._private, algorithms=[ALGORITHM]
        )

    def jwks(self) -> dict[str, Any]:
        """The key set of `/token_keys`, the signing key first. Every key has `value` (PEM) beside `n` and `e`."""
        return {"keys": [_jwk(key) for key in self._public.values()]}

    def token_key(self) -> dict[str, Any]:
        """The signing key alone, as `/token_key` shows it."""
        return _jwk(self._public[self._kid])

    def public_pem(self) -> str:
        """The public half of the signing key: `verificationkey` of a binding."""
        return _pem(self._public[self._kid])

    async def rotate(self) -> str:
        """Sign with a new key from now on; tokens of the old ones stay valid. Returns the new key's id."""
        fresh = await _generate(self._clock)
        async with self._db.begin() as session:
            repository = KeyRepository(session)
            newest = (await repository.list(KeyKind.SIGNING))[0]
            # The newest key signs: so the order must hold even when the clock was set back.
            await repository.put(replace(fresh, created=max(fresh.created, newest.created + 1)))
            stored = await repository.list(KeyKind.SIGNING)
        self._adopt(stored)
        self.bump()
        _log.info("signing key rotated", extra={"kid": self._kid})
        return self._kid

    async def retire(self, kid: str) -> bool:
        """Trust a key no longer: all tokens it signed become invalid at once. The signing key cannot be retired.

        Returns whether there was such a key.
        """
        if kid == self._kid:
            raise ValueError("rotate before the signing key is retired")
        async with self._db.begin() as session:
            known = await KeyRepository(session).delete(kid)
            stored = await KeyRepository(session).list(KeyKind.SIGNING)
        self._adopt(stored)
        self.bump()
        return known

    def _adopt(self, stored: list[StoredKey]) -> None:
        self._kid = stored[0].id
        self._private = _import(stored[0].private_pem.reveal(), self._kid)
        self._public = {key.id: _import(key.public_pem, key.id) for key in stored}


async def _generate(clock: Clock) -> StoredKey:
    """A new key, made in a thread: it takes 50 to 130 ms (traps 8)."""
    key = await to_thread.run_sync(RSAKey.generate_key, _KEY_BITS)
    private = Secret(key.as_pem(private=True).decode())
    return StoredKey(f"key-{secrets.token_hex(8)}", KeyKind.SIGNING, _pem(key), private, clock())


def _import(pem: str, kid: str) -> RSAKey:
    return RSAKey.import_key(pem, {"kid": kid, "use": "sig", "alg": ALGORITHM})


def _pem(key: RSAKey) -> str:
    return key.as_pem(private=False).decode()


def _jwk(key: RSAKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "value": _pem(key)}
