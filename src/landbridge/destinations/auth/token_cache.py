"""Tokens that may be used again. Whoever asks gets a token as fresh as a fetched one, with the time it really has left.

The key holds everything that the token depends on, so an edit makes a new key; what it leaves behind is forgotten when
it expires or when room is needed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from landbridge.destinations.auth.entry import AuthToken
from landbridge.faults import FaultError
from landbridge.model.clock import Clock

MARGIN = 60.0
"""Seconds before its end from which on a token is fetched anew (destination-service §3.10)."""

SIZE = 32 * 1024 * 1024
"""Bytes that remembered tokens may take; the one that was not used for longest is forgotten first."""

_OVERHEAD = 1000
"""Bytes of bookkeeping per token."""

Fetch = Callable[[], Awaitable[AuthToken]]


@dataclass(frozen=True, slots=True)
class _Kept:
    token: AuthToken
    begins: float
    ends: float

    @property
    def cost(self) -> int:
        texts = (self.token.value, self.token.refresh_token, self.token.scope)
        return _OVERHEAD + sum(len(text) for text in texts if text)


@dataclass(slots=True)
class _Flight:
    """One fetch on behalf of all who wait for the same token."""

    task: asyncio.Task[AuthToken]
    waiting: int = 0


class TokenCache:
    """Keeps tokens and lets callers who want the same one share a fetch.

    clock   tells when tokens end
    margin  seconds before the end in which a token is not handed out any more
    size    bytes that tokens may take together
    """

    def __init__(self, clock: Clock, margin: float = MARGIN, size: int = SIZE) -> None:
        self._clock = clock
        self._margin = margin
        self._size = size
        self._held = 0
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._flights: dict[bytes, _Flight] = {}

    async def get(self, key: bytes, fetch: Fetch) -> AuthToken:
        """The token for `key`, fetched if need be. Raises what `fetch` raises; that is not remembered.

        A caller who is cancelled leaves the fetch to the others; the last one takes it along.
        """
        kept = self._usable(key)
        if kept is not None:
            return kept
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(asyncio.ensure_future(self._fetched(key, fetch)))
            self._flights[key] = flight
        return await self._landed(key, flight)

    def again(self, token: AuthToken) -> AuthToken | None:
        """A token that `get` returned, with the time that it has left now; None when it has to be got anew."""
        kept = self._usable(token.key) if token.key is not None else None
        if kept is None or kept.value != token.value:
            return None
        return replace(token, expires_in=kept.expires_in)

    def clear(self) -> None:
        """Forget everything. Fetches on their way end for those who wait, and leave nothing behind."""
        self._kept.clear()
        self._flights.clear()
        self._held = 0

    def __len__(self) -> int:
        return len(self._kept)

    def _usable(self, key: bytes) -> AuthToken | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = self._clock()
        if not kept.begins <= now < kept.ends - self._margin:
            self._forget(key)
            return None
        self._kept.move_to_end(key)
        return replace(kept.token, expires_in=str(int(kept.ends - now)))

    async def _fetched(self, key: bytes, fetch: Fetch) -> AuthToken:
        flight = asyncio.current_task()
        try:
            begins = self._clock()
            token = await fetch()
            if self._is_current(key, flight):
                return self._keep(key, token, begins)
            return token
        finally:
            if self._is_current(key, flight):
                del self._flights[key]

    def _is_current(self, key: bytes, task: object) -> bool:
        """Whether a fetch still counts: neither cleared away nor given up."""
        flight = self._flights.get(key)
        return flight is not None and flight.task is task

    async def _landed(self, key: bytes, flight: _Flight) -> AuthToken:
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        except FaultError as error:
            raise FaultError(error.fault) from None  # one exception for each who waits
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                if self._is_current(key, flight.task):
                    del self._flights[key]
                flight.task.cancel()

    def _keep(self, key: bytes, token: AuthToken, begins: float) -> AuthToken:
        """Remember a token that tells its end. Its life counts from before the request, which errs to the safe side."""
        if token.expires_in is None or len(token.expires_in) > 12 or int(token.expires_in) <= self._margin:
            return token
        kept = _Kept(replace(token, key=key), begins, begins + int(token.expires_in))
        if kept.cost > self._size:
            return token
        if key in self._kept:
            self._forget(key)
        self._kept[key] = kept
        self._held += kept.cost
        while self._held > self._size:
            self._forget(next(iter(self._kept)))
        return kept.token

    def _forget(self, key: bytes) -> None:
        self._held -= self._kept.pop(key).cost
