"""Who is logged in at this token service: sessions of browsers, in memory. A restart means logging in again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from landbridge.model.clock import Clock

LIFETIME = 12 * 3600.0
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A person of a subaccount who has logged in, until `expires`."""

    subaccount_id: str
    user: str
    expires: float


class Sessions:
    """Sessions by a random text that the browser keeps in a cookie. Bounded: the oldest login is forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, BrowserSession] = OrderedDict()
        self._key = secrets.token_bytes(32)

    def begin(self, subaccount_id: str, user: str) -> str:
        """The text for the cookie of a new session; never one that the browser brought along."""
        cookie = secrets.token_urlsafe(32)
        self._sessions[_hash(cookie)] = BrowserSession(subaccount_id, user, self._clock() + LIFETIME)
        if len(self._sessions) > _MOST:
            self._sessions.popitem(last=False)
        return cookie

    def find(self, cookie: str) -> BrowserSession | None:
        found = self._sessions.get(_hash(cookie)) if cookie else None
        return found if found is not None and self._clock() < found.expires else None

    def end(self, cookie: str) -> None:
        self._sessions.pop(_hash(cookie), None)

    def clear(self) -> None:
        """Everybody is logged out."""
        self._sessions.clear()

    def form_token(self, cookie: str) -> str:
        """What a form has to send back beside the cookie: another site can make a browser send one, not the other."""
        return hmac.digest(self._key, cookie.encode(), "sha256").hex()

    def is_form_token(self, cookie: str, token: str) -> bool:
        return bool(cookie) and hmac.compare_digest(self.form_token(cookie).encode(), token.encode())


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
