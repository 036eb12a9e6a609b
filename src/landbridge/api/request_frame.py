"""The frame around every request: an id, a limit for the body, and a named answer even for what nobody expected."""

from __future__ import annotations

import logging
import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from landbridge.api.answers import fault_answer
from landbridge.faults import fault

logger = logging.getLogger(__name__)

_ID_HEADERS = ("x-request-id", "x-correlationid", "x-correlation-id", "x-vcap-request-id")
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
        headers = Headers(scope=scope)
        scope["request_id"] = given_or_new_id(headers)
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
            MutableHeaders(scope=message).setdefault("X-Request-Id", self._request_id)
            self._answered[message["status"]] = self._answered.get(message["status"], 0) + 1
        await self._send(message)


def given_or_new_id(headers: Headers) -> str:
    """The first sane id that the caller sent, else a new one."""
    for name in _ID_HEADERS:
        given = headers.get(name)
        if given and _SANE_ID.fullmatch(given):
            return given
    return uuid.uuid4().hex


def _limited(receive: Receive, headers: Headers, limit: int) -> Receive:
    """`receive` that raises HTTP 413 for a longer body, announced or not."""
    announced = headers.get("content-length", "")
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        if announced.isdecimal() and int(announced) > limit:
            raise HTTPException(413)
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return limited
