"""The frame around every request: an id, a limit for the body, and a named answer even for what nobody expected."""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from landbridge.api.answers import fault_answer
from landbridge.faults import fault

logger = logging.getLogger(__name__)

RawHeaders = Sequence[tuple[bytes, bytes]]

_ID_HEADERS = (b"x-request-id", b"x-correlationid", b"x-correlation-id", b"x-vcap-request-id")
"""The first one counts most."""
_SANE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


class RequestFrame:
    """ASGI middleware, outermost. Counts answers in `answered`, by status."""

    def __init__(self, app: ASGIApp, body_limit: int, answered: dict[int, int]) -> None:
        self._app = app
        self._body_limit = body_limit
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = scope["headers"]
        scope["request_id"] = _given_or_new_id(headers)
        answer = _Answer(send, scope["request_id"], self._answered)
        try:
            await self._app(scope, _limited(receive, headers, self._body_limit), answer.send)
        except Exception:  # the caller gets a named answer, the log the traceback
            logger.exception(
                "request failed",
                extra={"request_id": scope["request_id"], "method": scope["method"], "path": scope["path"]},
            )
            if answer.begun:
                raise  # too late for another answer: the server closes the connection
            unexpected = fault("platform.internal", request_id=scope["request_id"])
            await fault_answer(unexpected, scope["request_id"])(scope, receive, answer.send)


class _Answer:
    """Sees the head of the answer pass: puts the request id in, counts, remembers that the answer has begun."""

    def __init__(self, send: Send, request_id: str, answered: dict[int, int]) -> None:
        self._send = send
        self._request_id = request_id
        self._answered = answered
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = message["headers"]
            if not any(name == b"x-request-id" for name, _ in headers):
                message["headers"] = [*headers, (b"x-request-id", self._request_id.encode())]
            self._answered[message["status"]] = self._answered.get(message["status"], 0) + 1
        await self._send(message)


def _given_or_new_id(headers: RawHeaders) -> str:
    """The first sane id that the caller sent, else a new one. It need not be a secret."""
    given = [header for header in headers if header[0] in _ID_HEADERS]
    for _, value in sorted(given, key=lambda header: _ID_HEADERS.index(header[0])):
        text = value.decode("latin-1")
        if _SANE_ID.fullmatch(text):
            return text
    return new_request_id()


def new_request_id() -> str:
    """An id that no other request has."""
    return f"{random.getrandbits(128):032x}"


def _limited(receive: Receive, headers: RawHeaders, limit: int) -> Receive:
    """`receive` that raises HTTP 413 for a longer body, announced or not."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        announced = next((value for name, value in headers if name == b"content-length"), b"")
        if announced.isdigit() and int(announced) > limit:
            raise HTTPException(413)
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return limited
