"""Answers to finds that may be given again: nothing that they show has changed, and their tokens are still good.

Applications ask for the same destination before every call. What depends on more than the store and the token cache
(a user, headers for tokens, assertions that are made each time) is never kept.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import msgspec

from landbridge.destinations.answer import Answer, unmet
from landbridge.destinations.auth.context import NO_INPUTS
from landbridge.destinations.auth.entry import AuthToken, FailedToken
from landbridge.destinations.auth.tokens import TokenSource
from landbridge.destinations.caller import Caller, ServiceToken
from landbridge.destinations.request import FindRequest
from landbridge.model.clock import Clock
from landbridge.store import ReadModel

QUIET = 60.0
"""Seconds in which an answer that is given again is not logged again, unless for debugging."""

_OBJECTS = 1000
"""What the objects of an answer weigh besides their texts, roughly."""


@dataclass(frozen=True, slots=True)
class Given:
    """The parts of a successful answer.

    frame         owner and configuration
    certificates  as the answer shows them
    about         fields of its line in the log
    trail         where it was looked for
    """

    etag: str
    frame: Mapping[str, object]
    tokens: tuple[AuthToken | FailedToken, ...]
    certificates: tuple[object, ...]
    about: Mapping[str, object]
    trail: tuple[str, ...]

    def answer(self, request: FindRequest) -> Answer:
        """Lists that are empty are left out: an empty `authTokens` crashes a known client."""
        status = request.conditions.status(self.etag)
        if status != 200:
            return unmet(status, self.etag)
        body = dict(self.frame)
        if self.tokens:
            body["authTokens"] = [entry.as_json() for entry in self.tokens]
        if self.certificates:
            body["certificates"] = list(self.certificates)
        return Answer(200, body, self.etag)


@dataclass(slots=True)
class _Kept:
    """An answer; when it was last logged, and how often it was given since."""

    given: Given
    logged: float
    times: int = 0


class Repeated:
    """Keeps answers in the read model, which forgets what is not true any more.

    clock  seconds that only rise, for the log
    """

    def __init__(self, model: ReadModel, tokens: TokenSource, clock: Clock = time.monotonic) -> None:
        self._model = model
        self._tokens = tokens
        self._clock = clock

    async def get(self, version: object, request: FindRequest, token: ServiceToken) -> tuple[Given, int | None] | None:
        """The answer that the same request got before, with the time that its tokens have left.

        And how often it was given since it was last logged; None when it need not be logged now.
        """
        if not _may_be_kept(request, token):
            return None
        kept: _Kept | None = await self._model.kept(_key(version, request, token))
        tokens = self._tokens.again(kept.given.tokens) if kept is not None else None
        if kept is None or tokens is None:
            return None
        return replace(kept.given, tokens=tokens), self._times(kept)

    def keep(
        self, version: object, request: FindRequest, token: ServiceToken, caller: Caller, number: int, given: Given
    ) -> None:
        """Remember an answer, if the same request may get it again. `number`: of the latest change before reading."""
        if not _may_be_kept(request, token) or self._tokens.again(given.tokens) is None:
            return
        weight = _OBJECTS + len(msgspec.json.encode((given.frame, given.certificates)))
        owners = (caller.provider_id, caller.tenant)
        self._model.keep(_key(version, request, token), _Kept(given, self._clock()), owners, number, weight)

    def _times(self, kept: _Kept) -> int | None:
        now = self._clock()
        if now - kept.logged < QUIET:
            kept.times += 1
            return None
        times, kept.times, kept.logged = kept.times, 0, now
        return times


def _may_be_kept(request: FindRequest, token: ServiceToken) -> bool:
    return request.inputs is NO_INPUTS and not request.trail.wanted and not token.token.is_user_token


def _key(version: object, request: FindRequest, token: ServiceToken) -> Hashable:
    """Everything that the answer depends on, besides the store, the token cache and conditions.

    A digest of the token: it would be held once for each of its answers.
    """
    return (
        version,
        sha256(token.text.encode()).digest(),
        request.name,
        request.skip_credentials,
        request.skip_tokens,
        request.owners,
        request.fragments,
        request.fragment_optional,
    )
