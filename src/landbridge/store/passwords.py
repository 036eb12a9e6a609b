"""Passwords of users: argon2 hashes in the store, and a memory that keeps argon2 off the hot path."""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from landbridge.model.secret import Secret

AT_ONCE = 2
"""Hashes computed at the same time: each takes 64 MiB and a core for tens of milliseconds."""


class Passwords:
    """Hashes and checks passwords in threads.

    A hash that was made or matched once is remembered in memory, under a keyed digest whose key dies with the process:
    applying a landscape again and a user's next token cost microseconds. A wrong password always pays in full.

    remembered  how many passwords at most; the oldest is forgotten first
    """

    def __init__(self, remembered: int = 1000) -> None:
        self._remembered = remembered
        self._hasher = PasswordHasher()
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._limiter: CapacityLimiter | None = None
        self._decoy = ""

    async def hash(self, owner: str, password: Secret) -> str:
        """The hash to store for `owner` (a text that names the user for ever)."""
        mark = self._mark(owner, password)
        known = self._known.get(mark)
        if known is None:
            known = await self._in_thread(password)
            self._remember(mark, known)
        return known

    async def matches(self, owner: str, stored: str, password: Secret) -> bool:
        """Whether `password` is the one that `stored` was made of."""
        mark = self._mark(owner, password)
        if self._known.get(mark) == stored:
            return True
        if not await to_thread.run_sync(self._verify, stored, password, limiter=self._at_once()):
            return False
        self._remember(mark, stored)
        return True

    async def waste(self, password: Secret) -> None:
        """Take the time of a check, so that an unknown user cannot be told from a wrong password."""
        if not self._decoy:
            self._decoy = await self._in_thread(Secret(secrets.token_hex(8)))
        await to_thread.run_sync(self._verify, self._decoy, password, limiter=self._at_once())

    async def _in_thread(self, password: Secret) -> str:
        return await to_thread.run_sync(self._hasher.hash, password.reveal(), limiter=self._at_once())

    def _verify(self, stored: str, password: Secret) -> bool:
        try:
            return self._hasher.verify(stored, password.reveal())
        except (VerificationError, InvalidHashError):
            return False

    def _mark(self, owner: str, password: Secret) -> bytes:
        return hmac.digest(self._key, f"{len(owner)}:{owner}{password.reveal()}".encode(), "sha256")

    def _remember(self, mark: bytes, stored: str) -> None:
        self._known[mark] = stored
        self._known.move_to_end(mark)
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)

    def _at_once(self) -> CapacityLimiter:
        """Made late: a limiter belongs to the event loop that is running."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(AT_ONCE)
        return self._limiter
