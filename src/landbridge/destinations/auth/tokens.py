"""Fetches the tokens of destinations: what find uses (destination-service §3.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from landbridge.destinations.auth.chains import run_chain
from landbridge.destinations.auth.context import TokenContext
from landbridge.destinations.auth.entry import AuthToken, FailedToken
from landbridge.destinations.auth.foreign_keys import ForeignKeys
from landbridge.destinations.auth.retrieval import Parts, Retrieval
from landbridge.destinations.auth.token_cache import TokenCache
from landbridge.destinations.auth.token_call import DEADLINE, ClientFactory, DoorOpener, TokenCalls, new_client
from landbridge.destinations.auth.types import tokens_of
from landbridge.destinations.auth.user_token import UserTokens
from landbridge.faults import FaultError
from landbridge.identity.verify import TokenVerifier
from landbridge.model.clock import Clock
from landbridge.model.reach import Reach


class TokenSource:
    """Fetches tokens and remembers them.

    verifier        verifies user tokens that our token service issued
    clock           tells when tokens end
    reach           which addresses token services, and keys for user tokens, may have
    lenient_tenant  use the token's own subdomain where X-tenant is due and missing; some clients never send it
    clients         makes the HTTP client for token services
    door            the way to token services behind a connector
    epoch           rises when nothing may be trusted any more that was: a reset, a changed client or subscription
    deadline        seconds for the token calls of a find that have no time-outs of their own
    """

    def __init__(
        self,
        verifier: TokenVerifier,
        clock: Clock,
        *,
        reach: Reach,
        lenient_tenant: bool = True,
        clients: ClientFactory = new_client,
        door: DoorOpener | None = None,
        epoch: Callable[[], int] = lambda: 0,
        deadline: float = DEADLINE,
    ) -> None:
        self._calls = TokenCalls(clients, reach, door)
        self._foreign = ForeignKeys(self._calls, clock)
        self._parts = Parts(self._calls, TokenCache(clock), UserTokens(verifier, self._foreign), clock, lenient_tenant)
        self._epoch = epoch
        self._seen = epoch()
        self._deadline = deadline

    async def entries(self, context: TokenContext) -> tuple[AuthToken | FailedToken, ...]:
        """The entries of `authTokens`; what goes wrong is an entry too. Never raises `FaultError`."""
        self._forget_the_distrusted()
        name = context.destination.authentication
        until = asyncio.get_running_loop().time() + self._deadline
        retrieval = Retrieval(context, self._parts, until, (context.destination.name,))
        try:
            return await run_chain(retrieval, tokens_of)
        except FaultError as error:
            return (FailedToken(error.fault, oauth=name.startswith("OAuth2")),)

    def again(self, entries: tuple[AuthToken | FailedToken, ...]) -> tuple[AuthToken, ...] | None:
        """What `entries` returned, with the time that the tokens have left now; None when that must be asked anew."""
        self._forget_the_distrusted()
        tokens = []
        for entry in entries:
            token = self._parts.cache.again(entry) if isinstance(entry, AuthToken) else None
            if token is None:
                return None
            tokens.append(token)
        return tuple(tokens)

    def _forget_the_distrusted(self) -> None:
        if self._epoch() != self._seen:
            self._seen = self._epoch()
            self.forget()

    def forget(self) -> None:
        """Forget all tokens and fetched keys."""
        self._parts.cache.clear()
        self._foreign.clear()

    async def close(self) -> None:
        """Close connections to token services."""
        self.forget()
        await self._calls.close()
