"""A request as an application makes it: through our HTTP door, with the destination's own headers and tokens.

So the fault that traffic would get is seen itself, by the code in our error headers.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from landbridge.checks.http.connection import Connection
from landbridge.checks.http.exchange import exchange
from landbridge.checks.http.received import Received
from landbridge.checks.http.request import Header, Request
from landbridge.checks.http.showing import fact
from landbridge.checks.http.url import Url
from landbridge.checks.observations import ConnectionRested, DoorAnswered, LogonGiven, Observation
from landbridge.checks.observations.http import Phases
from landbridge.checks.surroundings import Door
from landbridge.model.secret import Secret
from landbridge.net.dial import DialFailed, dialled

PURPOSE = "answer"
"""Of the HTTP answer that is a backend's own."""
_UNSERVED = frozenset({405, 501})
"""After these to HEAD, GET is asked (destination-service §7)."""
_CONCLUSIVE = frozenset({401, 407, 429})
"""Refusals that have nothing to do with the method; others are often about HEAD alone."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One request through the door.

    headers   of the destination and its tokens, beyond the door's own
    sent      which identity goes along (`DoorAnswered.sent`)
    user      name of the user whose identity goes along; empty: nobody's
    location  location id of the connector
    logon     with what the request logs on, where that is user and password or a token; None: not so
    upgrades  whether an upgrade to WebSocket is asked for
    """

    url: Url
    door: Door
    headers: tuple[Header, ...] = ()
    sent: str = ""
    user: str = ""
    location: str = ""
    upgrades: bool = False
    logon: LogonGiven | None = None

    async def answers(self, seconds: float) -> Sequence[Observation]:
        """What comes back to HEAD; to GET where that says more. Upgrades are asked for with GET (RFC 6455 §4.1)."""
        if self.upgrades:
            return await self._ask("GET", seconds)
        seen = await self._ask("HEAD", seconds)
        first = seen[0]
        if isinstance(first, DoorAnswered) and first.from_backend and self._tells_little(first.status):
            return await self._ask("GET", seconds)
        return seen

    def _tells_little(self, status: int) -> bool:
        """Whether an answer to HEAD may be about HEAD; or names the user in a body, if it has one."""
        if status in _UNSERVED or (400 <= status < 500 and status not in _CONCLUSIVE):
            return True
        return bool(self.user) and status == 401

    async def _ask(self, method: str, seconds: float) -> Sequence[Observation]:
        scheme = self.logon.scheme if self.logon is not None else ""
        request = Request(PURPOSE, method, self.url, self._headers, scheme)
        received, took, connection = await self._sent(request, seconds)
        if connection is not None:
            connection.close()
        answered = self._answered(method, received, took)
        if not answered.from_backend:
            return (answered,)
        phases = Phases(first_byte=received.first_byte, ended=received.ended or took)
        given = (self.logon,) if self.logon is not None else ()
        return (answered, *given, fact(request, "", received, phases))

    async def rested(self, pause: float, seconds: float) -> ConnectionRested:
        """Two requests over one connection with a pause between them, then one over a new connection."""
        request = Request(PURPOSE, "HEAD", self.url, self._headers)
        received, took, connection = await self._sent(request, seconds)
        before = self._answered("HEAD", received, took)
        if connection is None or not (received.lasts and before.from_backend):
            if connection is not None:
                connection.close()
            return ConnectionRested(seconds=pause)
        try:
            await asyncio.sleep(pause)
            received, took, _ = await self._sent(request, seconds, connection)
        finally:
            connection.close()
        after = self._answered("HEAD", received, took)
        received, fresh, connection = await self._sent(request, seconds)
        if connection is not None:
            connection.close()
        anew = self._answered("HEAD", received, fresh)
        return ConnectionRested(
            seconds=pause,
            before=before.status,
            after=after.status,
            anew=anew.status if anew.from_backend else 0,
            code=after.code,
            waited=took,
            fresh=fresh,
        )

    async def _sent(
        self, request: Request, seconds: float, connection: Connection | None = None
    ) -> tuple[Received, float, Connection | None]:
        """(what came back, milliseconds, the connection) of a request over a connection, or over a new one."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        received = Received()
        try:
            async with asyncio.timeout(seconds):
                if connection is None:
                    opened = await dialled(self.door.host, self.door.port, timeout=seconds)
                    connection = Connection(self.url, "", opened, None, began, 0.0)
                else:
                    connection.restart()
                await exchange(connection, request.method, self._wire(request), received)
        except (TimeoutError, DialFailed):
            received.problem = received.problem if received.head is None else ""
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return received, round((loop.time() - began) * 1000, 1), connection

    @property
    def _headers(self) -> tuple[Header, ...]:
        location: tuple[Header, ...] = (("SAP-Connectivity-SCC-Location_ID", self.location),) if self.location else ()
        door = self.door.authorization
        proxy: tuple[Header, ...] = (("Proxy-Authorization", door),) if door.reveal() else ()
        return (*proxy, *location, *(_upgrade() if self.upgrades else ()), *self.headers)

    def _wire(self, request: Request) -> bytes:
        """The request in the form that proxies take (RFC 9112 §3.2.2)."""
        _, _, rest = request.wire.partition(b"\r\n")
        return f"{request.method} {self.url.text} HTTP/1.1\r\n".encode("latin-1", "replace") + rest

    def _answered(self, method: str, received: Received, took: float) -> DoorAnswered:
        head = received.head
        if head is None:
            problem = "closed" if received.problem in ("closed", "reset") else "timeout"
            return DoorAnswered(method=method, problem=problem, sent=self.sent, milliseconds=took)
        body = received.content.decode("utf-8", "replace")
        return DoorAnswered(
            method=method,
            status=head.status,
            code=head.get("x-internal-error-code")[:100],
            origin=head.get("x-error-origin")[:100],
            sent=self.sent,
            server=head.get("server")[:200],
            authenticate=head.get("www-authenticate").partition(" ")[0][:50],
            retry_after=head.get("retry-after")[:50],
            csrf=head.get("x-csrf-token")[:20] if head.get("x-csrf-token").lower() == "required" else "",
            names_user=bool(self.user) and self.user in body,
            date=_moment(head.get("date")),
            milliseconds=received.first_byte or took,
        )


def _upgrade() -> tuple[Header, ...]:
    """What asks for an upgrade to WebSocket (RFC 6455 §4.1)."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    return (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
    )


def headers_of_tokens(entries: Sequence[object]) -> tuple[Header, ...]:
    """The headers that the tokens of a destination want to be sent."""
    found: list[Header] = []
    for entry in entries:
        header = entry.get("http_header") if isinstance(entry, dict) else None
        if isinstance(header, dict) and header.get("key"):
            found.append((str(header["key"]), Secret(str(header["value"]))))
    return tuple(found)


def _moment(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() if date else 0.0
    except ValueError:
        return 0.0
