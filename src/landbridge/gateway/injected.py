"""Failures on request at the doors: refusals before anybody is asked, and answers that come late, slowly, in part.

A door looks at one attribute per request; nothing of this is in the way while nothing is wanted.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.between import BetweenBytes, BetweenRequest
from landbridge.gateway.exchange import Client
from landbridge.injection.book import Injections
from landbridge.injection.row import Call, Effect, Injection, Place
from landbridge.relay.inward import RelayClient

if TYPE_CHECKING:
    from landbridge.gateway.admission import Admitted
    from landbridge.gateway.http_door import HttpConnection
    from landbridge.gateway.socks_door import SocksConnection

_log = logging.getLogger(__name__)


class Meddler:
    """Decides what happens to the requests of both doors."""

    def __init__(self, injections: Injections) -> None:
        self._injections = injections

    def request(self, connection: HttpConnection, admitted: Admitted, request_id: str) -> Client:
        """Who takes the answer to an HTTP request: the connection itself, or somebody in between.

        Raises `FaultError` where there is to be no answer of a backend.
        """
        system, path = f"{admitted.host}:{admitted.port}", admitted.target.partition("?")[0]
        call = Call(subaccount=admitted.tenant, location=admitted.location, system=system, path=path)
        row = self._taken(Place.DOOR, call, request_id)
        if row is None:
            return connection
        if row.effect is Effect.REFUSE:
            connection.cut(None)
        _refuse(row, call)
        return BetweenRequest(connection, row)

    def stream(self, connection: SocksConnection, call: Call, request_id: str) -> RelayClient:
        """The same for a connection of the SOCKS5 door."""
        row = self._taken(Place.SOCKS, call, request_id)
        if row is None:
            return connection
        if row.effect is Effect.REFUSE:
            connection.cut(None)
        _refuse(row, call)
        return BetweenBytes(connection, row)

    def _taken(self, place: Place, call: Call, request_id: str) -> Injection | None:
        row = self._injections.take(place, call)
        if row is not None:
            _log.warning("injected", extra={"injected": row.mark, "request_id": request_id, "tenant": call.subaccount})
        return row


def _refuse(row: Injection, call: Call) -> None:
    """Raises `FaultError` with what traffic would meet; nothing happens for what is done to an answer."""
    if (refusal := _refusal(row, call)) is not None:
        raise FaultError(replace(refusal, mark=row.mark))


def _refusal(row: Injection, call: Call) -> Fault | None:
    match row.effect:
        case Effect.REFUSE | Effect.STATUS | Effect.REPLY:
            injected = fault("proxy.injected", number=row.number, effect=row.effect.value)
            return replace(injected, kind=replace(injected.kind, status=row.status, socks=row.reply))
        case Effect.EXPIRED_TOKEN:
            return fault("proxy.token-expired", expired="(injected)")
        case Effect.WRONG_KEY:
            return fault("proxy.token-invalid", reason="the signature does not verify (injected)")
        case Effect.LOST_CONNECTOR:
            return fault("tunnel.no-connector", subaccount=call.subaccount, location=call.location)
        case _:
            return None
