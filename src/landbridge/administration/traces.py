"""Identity traces: switched on for a subaccount, and read."""

from __future__ import annotations

from landbridge.administration.connector_list import moment
from landbridge.administration.desk import Desk, NotedTrace
from landbridge.api.admin_bodies import Answer
from landbridge.faults import FaultError, fault


class TraceDesk:
    """See `landbridge.api.admin_traces.TracesDesk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def trace(self, request_id: str, subaccount: str) -> Answer:
        book = self._desk.parts.tunnels.traces
        async with self._desk.parts.db.read() as session:
            visible = [await self._desk.subaccount(session, subaccount)] if subaccount else None
            for one in visible if visible is not None else await self._desk.visible(session):
                found = book.get(request_id, one.id)
                if found is not None:
                    return _summary(found) | {"steps": [dict(step) for step in found.steps]}
        raise FaultError(fault("platform.unknown-trace", request=request_id[:100]))

    async def traces(self, subaccount: str) -> Answer:
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
        return self._kept(found.id)

    async def keep(self, subaccount: str, number: int) -> Answer:
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
        self._desk.parts.tunnels.traces.enable(found.id, number)
        return self._kept(found.id)

    def _kept(self, subaccount_id: str) -> Answer:
        keep, traces = self._desk.parts.tunnels.traces.kept(subaccount_id)
        return {"subaccountId": subaccount_id, "keep": keep, "traces": [_summary(trace) for trace in traces]}


def _summary(trace: NotedTrace) -> Answer:
    """A trace without its steps: the last one says how it ended."""
    outcome = {key: value for step in trace.steps[-1:] for key, value in step.items() if key != "sentence"}
    return {
        "requestId": trace.request_id,
        "subaccountId": trace.subaccount_id,
        "connectorId": trace.connector_id,
        "time": moment(trace.time),
        "outcome": outcome,
    }
