"""Answers the probes that the gateway asks for over one connection: few at once, each bounded, each on record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from landbridge.checks.evidence import stored
from landbridge.connector.look import Looker
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.landscape import ProbeScope
from landbridge.wire.messages import Probe, Probed

AT_ONCE = 4
"""Probes that are made at once for one connection."""
PIECE = 16_000
"""Characters in one message: as JSON text inside JSON they may take several times as many bytes."""
STEPS = 5
"""Measurements that follow each other: so many times the seconds of one may a whole probe take."""
MOST_SECONDS = 60.0

_log = logging.getLogger(__name__)


class Answering:
    """The probes of one connection. `tell` sends a message, `refused` puts a refusal on record."""

    def __init__(self, tell: Callable[[Probed], None], refused: Callable[[Probe, Fault], None]) -> None:
        self._tell = tell
        self._refused = refused
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, question: Probe, looker: Looker) -> None:
        """Look at what is asked for, unless that is too much or not wanted."""
        if looker.policy.probes is ProbeScope.OFF:
            self._refuse(question, fault("connector.probes-off"))
        elif len(self._tasks) >= AT_ONCE or question.id in self._tasks:
            self._refuse(question, fault("connector.probes-busy", number=len(self._tasks)))
        else:
            task = asyncio.get_running_loop().create_task(self._answer(question, looker))
            self._tasks[question.id] = task

    def end(self, name: str) -> None:
        """Nobody waits for that answer any more."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """The connection is gone."""
        for name in list(self._tasks):
            self.end(name)

    async def _answer(self, question: Probe, looker: Looker) -> None:
        patience = min(MOST_SECONDS, STEPS * question.seconds)
        place = {"host": question.host, "port": question.port}
        try:
            async with asyncio.timeout(patience):
                text = stored(await looker.look(question)).decode()
        except FaultError as error:
            self._refuse(question, error.fault)
        except TimeoutError:
            self._refuse(question, fault("connector.probe-unanswered", seconds=f"{patience:g}", **place))
        except Exception:  # noqa: BLE001 - a mistake in a probe must not cost the tunnel
            _log.exception("probe failed", extra={"system": f"{question.host}:{question.port}"})
            self._refuse(question, fault("connector.probe-unreadable", **place))
        else:
            self._send(question.id, text)
        finally:
            self._tasks.pop(question.id, None)

    def _send(self, name: str, text: str) -> None:
        for start in range(0, len(text), PIECE):
            rest = start + PIECE
            self._tell(Probed(name, text[start:rest], more=rest < len(text)))

    def _refuse(self, question: Probe, reason: Fault) -> None:
        self._refused(question, reason)
        self._tell(Probed(question.id, code=reason.code, params=dict(reason.params)))
