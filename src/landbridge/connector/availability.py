"""Can the internal host behind a mapping be reached? (cloud-connector §5)

For HTTP a `HEAD /`: any answer counts. For TCP and LDAP a connection, with TLS where the mapping has it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from landbridge.connector.answer_head import AnswerHead
from landbridge.connector.backend import BackendConnection
from landbridge.connector.dial_backend import connect_backend
from landbridge.connector.policy import Policy
from landbridge.connector.request import BackendRequest
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.trust import asked_for_certificate
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.mapping import Mapping
from landbridge.wire.http1 import ResponseHead

ANSWER_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Availability:
    """The outcome for one mapping. `problem` is None when it is reachable; `details` are short facts."""

    mapping: Mapping
    problem: Fault | None
    details: tuple[str, ...]
    milliseconds: float

    @property
    def is_reachable(self) -> bool:
        return self.problem is None


async def check_availability(mapping: Mapping, policy: Policy, settings: ConnectorSettings) -> Availability:
    """Try the first port of the mapping with the connector's own trust and certificate. Never raises."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    details: list[str] = []
    problem: Fault | None = None
    try:
        if mapping.protocol.is_http:
            await _ask(mapping, policy, settings, details)
        else:
            await _touch(mapping, policy, settings, details)
    except FaultError as error:
        problem = error.fault
    return Availability(mapping, problem, tuple(details), round((loop.time() - began) * 1000, 1))


async def _ask(mapping: Mapping, policy: Policy, settings: ConnectorSettings, details: list[str]) -> None:
    backend = await connect_backend(
        lambda: BackendConnection(settings, policy.rewriter),
        mapping,
        mapping.virtual_port,
        settings,
        policy.backend_tls,
    )
    if mapping.protocol.is_tls:
        details.append(_mutual(backend.tls_object))
    request = f"HEAD / HTTP/1.1\r\nHost: {mapping.internal}\r\nConnection: close\r\n\r\n".encode("latin-1")
    answered = await head_of(backend, mapping, request, ANSWER_TIMEOUT)
    details.append(f"answers HEAD / with {answered.status}")


async def head_of(backend: BackendConnection, mapping: Mapping, request: bytes, seconds: float) -> ResponseHead:
    """The head that answers a HEAD request, complete as it stands in `request`; the connection ends with it.

    Raises `FaultError` (`backend.*`).
    """
    asker = _Asker(mapping)
    place = {"host": mapping.virtual_host, "port": mapping.virtual_port}
    if not backend.usable:
        raise FaultError(fault("backend.closed", **place))
    backend.ask(
        asker, BackendRequest("HEAD", request, -1, chunked=False, upgrade=False, has_body=False, repeatable=False)
    )
    try:
        async with asyncio.timeout(seconds):
            return await asker.done
    except TimeoutError:
        raise FaultError(fault("backend.silent", seconds=f"{seconds:g}", **place)) from None
    finally:
        backend.abort()


async def _touch(mapping: Mapping, policy: Policy, settings: ConnectorSettings, details: list[str]) -> None:
    connection = await connect_backend(_Silent, mapping, mapping.virtual_port, settings, policy.backend_tls)
    if mapping.protocol.is_tls:
        details.append(_mutual(connection.tls_object))
    connection.abort()


def _mutual(tls_object: object | None) -> str:
    return "mutual TLS" if asked_for_certificate(tls_object) else "TLS; no client certificate was asked for"


class _Silent(asyncio.Protocol):
    """Connects and says nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    @property
    def tls_object(self) -> object | None:
        found: object | None = self._transport.get_extra_info("ssl_object")
        return found

    def abort(self) -> None:
        self._transport.close()


class _Asker:
    """Waits for the first head of an answer."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self.done: asyncio.Future[ResponseHead] = asyncio.get_running_loop().create_future()

    def on_head(self, answer: AnswerHead, *, followed: bool) -> None:
        if not self.done.done():
            self.done.set_result(answer.head)

    def on_body(self, data: bytes | memoryview, *, last: bool) -> None:
        """HEAD has none."""

    def on_answer_end(self) -> None:
        """The head was what counts."""

    def on_backend_lost(self, reason: str, *, untouched: bool) -> None:
        if self.done.done():
            return
        place = {"host": self._mapping.virtual_host, "port": self._mapping.virtual_port}
        lost = fault("backend.answer-invalid", reason=reason, **place) if reason else fault("backend.closed", **place)
        self.done.set_exception(FaultError(lost))

    def on_backend_room(self) -> None:
        """Nothing more to send."""
