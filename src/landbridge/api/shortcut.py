"""Past the framework: a few busy routes are answered by their handlers directly. The others take the usual way.

The framework has the same routes: they describe the API, and refuse other methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from landbridge.api.operations import Handler

Handlers = Mapping[str, Handler]
"""Handlers of GET by what their paths begin with; the rest of the path is the parameter `name`."""


class Shortcut:
    """ASGI application.

    usual     answers everything else
    handlers  answer every request, refusals included
    frame     puts around the handlers what the framework has around its own
    """

    def __init__(self, usual: ASGIApp, handlers: Handlers, frame: Callable[[ASGIApp], ASGIApp]) -> None:
        self._usual = usual
        self._starts = tuple(handlers)
        self._handlers = handlers
        self._framed = frame(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(self._starts):
            await self._framed(scope, receive, send)
        else:
            await self._usual(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        start = next(start for start in self._starts if path.startswith(start))
        scope["path_params"] = {"name": path.removeprefix(start)}
        response = await self._handlers[start](Request(scope, receive))
        await response(scope, receive, send)
