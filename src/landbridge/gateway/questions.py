"""What the cloud side asks a connector to look at: sent over one connection, answered in pieces, bounded in time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from landbridge.faults import Fault, FaultError, fault, from_wire
from landbridge.wire.messages import Probe, Probed, ProbeEnded

AT_ONCE = 8
"""Questions that may wait for answers over one connection."""
LARGEST = 1024 * 1024
"""Characters of one answer."""


@dataclass(slots=True)
class _Waiting:
    answer: asyncio.Future[str]
    pieces: list[str] = field(default_factory=list)
    size: int = 0


class Questions:
    """The questions of one connection. `tell` sends a message to the connector."""

    def __init__(self, tell: Callable[[Probe | ProbeEnded], None]) -> None:
        self._tell = tell
        self._ids = itertools.count(1)
        self._waiting: dict[str, _Waiting] = {}

    async def ask(
        self, kind: str, host: str, port: int, path: str, seconds: float, patience: float, inquiry: str = ""
    ) -> str:
        """Evidence as the connector wrote it. `seconds` for each measurement, `patience` for the whole answer.

        Raises `FaultError`: that of the connector, or `connector.probe-*`.
        """
        if len(self._waiting) >= AT_ONCE:
            raise FaultError(fault("connector.probes-busy", number=len(self._waiting)))
        name = f"p{next(self._ids)}"
        waiting = self._waiting[name] = _Waiting(asyncio.get_running_loop().create_future())
        self._tell(Probe(name, "tcp" if kind == "tcp" else "http", host, port, path, seconds, inquiry))
        try:
            async with asyncio.timeout(patience):
                return await waiting.answer
        except TimeoutError:
            unanswered = fault("connector.probe-unanswered", host=host, port=port, seconds=f"{patience:g}")
            raise FaultError(unanswered) from None
        except ValueError:
            raise FaultError(fault("connector.probe-unreadable", host=host, port=port)) from None
        finally:
            if self._waiting.pop(name, None) is not None:
                self._tell(ProbeEnded(name))

    def answered(self, message: Probed) -> None:
        """A piece of an answer. What nobody waits for crossed the end of waiting."""
        waiting = self._waiting.get(message.id)
        if waiting is None or waiting.answer.done():
            return
        waiting.pieces.append(message.evidence)
        waiting.size += len(message.evidence)
        if message.code:
            waiting.answer.set_exception(FaultError(from_wire(message.code, message.params)))
        elif waiting.size > LARGEST:
            waiting.answer.set_exception(ValueError(f"more than {LARGEST} characters"))
        elif message.more:
            return
        else:
            waiting.answer.set_result("".join(waiting.pieces))
        del self._waiting[message.id]

    def end(self, reason: Fault) -> None:
        """The connection is gone, and with it every answer."""
        waiting, self._waiting = self._waiting, {}
        for one in waiting.values():
            if not one.answer.done():
                one.answer.set_exception(FaultError(reason))
