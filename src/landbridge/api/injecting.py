"""Failures on request for the token service and the find call: around the application, on laptops alone."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from landbridge.api.answers import fault_answer
from landbridge.faults import fault
from landbridge.injection.book import Injections
from landbridge.injection.row import HEADER, Call, Effect, Injection, Place
from landbridge.model.clock import Clock

_log = logging.getLogger(__name__)

_FIND = ("/destination-configuration/v1/destinations/", "/destination-configuration/v2/destinations/")
_TOKENS = ("/oauth/token", "/oauth2/token")
_PIECES = 20
"""Pieces of a throttled answer in a second."""
_AGO = 3600
"""Seconds since which a token is over that was made so."""

Sign = Callable[[Mapping[str, Any], str], str]
"""Signs claims with the installation's key; the second argument is the header `jku`."""


class AnswerCut(ConnectionAbortedError):
    """The answer ends here because somebody wanted that: the server closes the connection."""


class Injecting:
    """ASGI middleware. While nothing is wanted, it only looks whether that is so."""

    def __init__(self, app: ASGIApp, injections: Injections, sign: Sign, clock: Clock) -> None:
        self._app = app
        self._injections = injections
        self._sign = sign
        self._clock = clock

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if not self._injections.active:
            return self._app(scope, receive, send)
        return self._meddle(scope, receive, send)

    async def _meddle(self, scope: Scope, receive: Receive, send: Send) -> None:
        met = _met(scope)
        row = None if met is None else self._injections.take(*met)
        if row is None:
            await self._app(scope, receive, send)
            return
        _log.warning("injected", extra={"injected": row.mark, "request_id": scope.get("request_id", "")})
        marked = _marking(send, row)
        match row.effect:
            case Effect.STATUS:
                await _status(row, scope, receive, send)
            case Effect.DELAY:
                await asyncio.sleep(row.seconds)
                await self._app(scope, receive, marked)
            case Effect.CUT:
                await self._app(scope, receive, _cutting(marked, row.size))
            case Effect.THROTTLE:
                await self._app(scope, receive, _throttling(marked, row.size))
            case _:
                await self._app(scope, receive, _other_token(marked, row.effect, self._sign, self._clock))


def _met(scope: Scope) -> tuple[Place, Call] | None:
    """The place that a request is for; None for the others."""
    if scope["type"] != "http":
        return None
    path: str = scope["path"]
    if scope["method"] == "POST" and path.startswith(_TOKENS):
        return Place.TOKEN, Call(path=path)
    start = next((one for one in _FIND if path.startswith(one)), None)
    if scope["method"] != "GET" or start is None:
        return None
    name = path.removeprefix(start).partition("@")[0]
    return Place.FIND, Call(subaccount=_tenant(scope), destination=name, path=path)


def _tenant(scope: Scope) -> str:
    """Whom the caller's token names. It is not verified: it only decides whether a developer's row is meant."""
    value = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    try:
        return str(_claims(value.decode("latin-1").partition(" ")[2]).get("zid", ""))
    except (ValueError, IndexError):
        return ""


def _claims(token: str) -> dict[str, Any]:
    return _part(token, 1)


def _part(token: str, number: int) -> dict[str, Any]:
    """Header (0) or claims (1) of a token, unverified. Raises `ValueError`, `IndexError`."""
    text = token.split(".")[number]
    found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


async def _status(row: Injection, scope: Scope, receive: Receive, send: Send) -> None:
    refused = fault("proxy.injected", number=row.number, effect=row.effect.value)
    refused = replace(refused, kind=replace(refused.kind, status=row.status), mark=row.mark)
    await fault_answer(refused, scope.get("request_id", ""))(scope, receive, send)


def _marking(send: Send, row: Injection) -> Send:
    """Puts our header into the answer."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (HEADER.lower().encode(), row.mark.encode())]
        await send(message)

    return marked


def _cutting(send: Send, size: int) -> Send:
    """Lets `size` bytes of the body pass."""
    left = size

    async def cut(message: Message) -> None:
        nonlocal left
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            if len(body) >= left:
                await send({"type": "http.response.body", "body": body[:left], "more_body": True})
                raise AnswerCut("an injection cut this answer")
            left -= len(body)
        await send(message)

    return cut


def _throttling(send: Send, rate: int) -> Send:
    """Lets `rate` bytes a second pass."""
    piece = max(1, rate // _PIECES)

    async def slowed(message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or not body:
            await send(message)
            return
        for at in range(0, len(body), piece):
            await asyncio.sleep(piece / rate)
            more = at + piece < len(body) or message.get("more_body", False)
            await send({"type": "http.response.body", "body": body[at : at + piece], "more_body": more})

    return slowed


def _other_token(send: Send, effect: Effect, sign: Sign, clock: Clock) -> Send:
    """Puts a bad token in the place of the good one."""
    start: Message = {}
    collected = bytearray()

    async def replaced(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        collected.extend(message.get("body", b""))
        if message.get("more_body", False):
            return
        body = await _spoiled(bytes(collected), effect, sign, clock)
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return replaced


async def _spoiled(body: bytes, effect: Effect, sign: Sign, clock: Clock) -> bytes:
    """The answer with its token spoiled; a refusal stays as it is."""
    answer = json.loads(body)
    token = answer.get("access_token")
    if not isinstance(token, str):
        return body
    header, claims = _part(token, 0), _claims(token)
    if effect is Effect.EXPIRED_TOKEN:
        over = int(clock()) - _AGO
        claims |= {"exp": over, "iat": over - _AGO}
        answer["access_token"] = sign(claims, header.get("jku", ""))
    else:
        key = await asyncio.to_thread(_foreign_key)
        answer["access_token"] = jws.serialize_compact(header, json.dumps(claims), key, algorithms=["RS256"])
    return json.dumps(answer).encode()


@lru_cache(maxsize=1)
def _foreign_key() -> RSAKey:
    """A key that nobody knows; made once, because that takes long (traps 8)."""
    return RSAKey.generate_key(2048)
