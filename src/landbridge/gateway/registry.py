"""Which connectors are here: from (subaccount, location id) to the tunnel that leads there."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.session import ConnectorIdentity, TunnelSession
from landbridge.gateway.traces import IdentityTrace, TraceBook
from landbridge.model.clock import Clock
from landbridge.net.clock import system_clock
from landbridge.wire.messages import Hello

_REMEMBERED_RUNS = 64
_REMEMBERED_FAULTS = 10_000
_REMEMBERED_PLACES = 10_000


@dataclass(frozen=True, slots=True)
class ConnectorStatus:
    """A connected connector, as lists show it. Times are seconds since the epoch, the round trip is in seconds.

    quiet  for each connection, the seconds since anything was heard on it
    """

    connector_id: str
    subaccount_id: str
    location_id: str
    description: str
    address: str
    connected_since: float
    agent_version: str
    compat_version: str
    connections: int
    streams: int
    bytes_to_connector: int
    bytes_from_connector: int
    round_trip: float
    exposed: tuple[dict[str, str], ...]
    role: str = "master"
    started: float = 0.0
    operator: str = ""
    runtime: str = ""
    platform: str = ""
    security: Mapping[str, str] = field(default_factory=dict)
    quiet: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LastFault:
    """What went wrong last with a connector, and when (seconds since the epoch)."""

    time: float
    fault: Fault


@dataclass(slots=True)
class Tunnel:
    """The connections of one run of one connector."""

    connector_id: str
    subaccount_id: str
    location_id: str
    run_id: str
    sessions: list[TunnelSession] = field(default_factory=list)


class TunnelRegistry:
    """Live tunnels. One connector for each location id; one run for each connector."""

    def __init__(
        self,
        on_change: Callable[[str, ConnectorIdentity, Fault | None], None] | None = None,
        traces: TraceBook | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self.traces = traces or TraceBook()
        self._clock = clock
        self._tunnels: dict[tuple[str, str], Tunnel] = {}
        self._replaced: dict[str, deque[str]] = {}
        self._waiters: list[tuple[tuple[str, str], asyncio.Future[None]]] = []
        self._on_change = on_change or (lambda event, identity, reason: None)
        self._counted: set[TunnelSession] = set()
        self._past_traffic: dict[tuple[str, str], tuple[int, int]] = {}
        self._last_faults: OrderedDict[str, LastFault] = OrderedDict()
        self.changes: Counter[tuple[str, str]] = Counter()
        """(event, fault code) → how often: tunnels that were connected, refused, disconnected."""

    def find(self, subaccount_id: str, location_id: str) -> TunnelSession:
        """The least busy connection to that connector, one that answers if there is one.

        Raises `FaultError` (`tunnel.*`).
        """
        tunnel = self._tunnels.get((subaccount_id, location_id))
        if tunnel is not None:
            sessions = tunnel.sessions
            if len(sessions) == 1 and not sessions[0].draining:
                return sessions[0]
            usable = [session for session in sessions if not session.draining and session.has_ids]
            if usable:
                return min(usable, key=lambda session: (session.link.unanswered > 0, len(session.mux.streams)))
        raise FaultError(self._missing(subaccount_id, location_id))

    def connections(self, subaccount_id: str, location_id: str) -> list[TunnelSession]:
        """All connections to that connector. Raises `FaultError` (`tunnel.*`) when there is none."""
        tunnel = self._tunnels.get((subaccount_id, location_id))
        if tunnel is None or not tunnel.sessions:
            raise FaultError(self._missing(subaccount_id, location_id))
        return list(tunnel.sessions)

    def _missing(self, subaccount_id: str, location_id: str) -> Fault:
        connected = sorted(
            location for (owner, location) in self._tunnels if owner == subaccount_id and location != location_id
        )
        if not connected:
            return fault("tunnel.no-connector", subaccount=subaccount_id, location=location_id)
        names = ", ".join(f"'{location}'" for location in connected)
        return fault("tunnel.unknown-location", subaccount=subaccount_id, location=location_id, connected=names)

    # ------------------------------------------------------------------ coming and going

    def join(self, session: TunnelSession, hello: Hello) -> None:
        """A connector said hello. Raises `FaultError` when another has its place."""
        try:
            self._join(session, hello)
        except FaultError as error:
            self.changed("refused", session.identity, error.fault)
            raise

    def _join(self, session: TunnelSession, hello: Hello) -> None:
        identity = session.identity
        key = (identity.subaccount_id, hello.location)
        if hello.run_id in self._replaced.get(identity.connector_id, ()):
            raise FaultError(fault("tunnel.cloned", connector=identity.connector_id))
        tunnel = self._tunnels.get(key)
        if tunnel is not None and tunnel.connector_id != identity.connector_id:
            raise FaultError(
                fault(
                    "tunnel.location-taken",
                    subaccount=identity.subaccount_id,
                    location=hello.location,
                    connector=tunnel.connector_id,
                )
            )
        if tunnel is not None and tunnel.run_id != hello.run_id:
            self._replace(tunnel)
            tunnel = None
        if tunnel is None:
            tunnel = Tunnel(identity.connector_id, identity.subaccount_id, hello.location, hello.run_id)
            self._tunnels[key] = tunnel
        for other in tunnel.sessions:
            # A connector that lost its connection comes back before we have noticed the loss.
            other.link.ping()
        tunnel.sessions.append(session)
        self._counted.add(session)
        self.changed("connected", identity, None)
        self._wake(key)

    def _replace(self, tunnel: Tunnel) -> None:
        runs = self._replaced.setdefault(tunnel.connector_id, deque(maxlen=_REMEMBERED_RUNS))
        runs.append(tunnel.run_id)
        del self._tunnels[(tunnel.subaccount_id, tunnel.location_id)]
        for session in tunnel.sessions:
            session.end(fault("tunnel.replaced"))

    def leave(self, session: TunnelSession, reason: Fault) -> None:
        """A connection ended; its tunnel ends with its last connection."""
        if session.hello is None:
            return
        key = (session.identity.subaccount_id, session.hello.location)
        # Connectors choose their location ids, so there could be any number of them.
        known = key if key in self._past_traffic or len(self._past_traffic) < _REMEMBERED_PLACES else ("other", "")
        sent, received = self._past_traffic.get(known, (0, 0))
        self._past_traffic[known] = (sent + session.mux.bytes_sent, received + session.mux.bytes_received)
        self._counted.discard(session)
        tunnel = self._tunnels.get(key)
        if tunnel is not None and session in tunnel.sessions:
            tunnel.sessions.remove(session)
            if not tunnel.sessions:
                del self._tunnels[key]
        self.changed("disconnected", session.identity, reason)

    def changed(self, event: str, identity: ConnectorIdentity, reason: Fault | None) -> None:
        """Something happened to a connector: count it, remember what went wrong, tell."""
        self.changes[event, reason.code if reason is not None else ""] += 1
        if reason is not None:
            self._last_faults[identity.connector_id] = LastFault(self._clock(), reason)
            self._last_faults.move_to_end(identity.connector_id)
            if len(self._last_faults) > _REMEMBERED_FAULTS:
                self._last_faults.popitem(last=False)
        self._on_change(event, identity, reason)

    def traced(self, session: TunnelSession, request: str, steps: list[dict[str, str]]) -> None:
        """Keep an identity trace; a connector can only report for its own subaccount."""
        identity = session.identity
        self.traces.put(
            IdentityTrace(request, identity.subaccount_id, identity.connector_id, self._clock(), tuple(steps))
        )

    def end(self, connector_id: str, reason: Fault) -> int:
        """End the tunnels of a connector (revoked, disconnected by force); returns how many connections that were."""
        sessions = [s for t in self._tunnels.values() if t.connector_id == connector_id for s in t.sessions]
        for session in sessions:
            session.end(reason)
        return len(sessions)

    def sessions(self) -> list[TunnelSession]:
        return [session for tunnel in self._tunnels.values() for session in tunnel.sessions]

    # ------------------------------------------------------------------ looking

    def connectors(self) -> list[ConnectorStatus]:
        """What is connected now."""
        return [_status(tunnel) for tunnel in self._tunnels.values() if tunnel.sessions]

    def last_fault(self, connector_id: str) -> LastFault | None:
        """What went wrong last with a connector, also when it is gone."""
        return self._last_faults.get(connector_id)

    def traffic(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(subaccount, location id) → bytes to and from its connectors so far, those of open tunnels included."""
        total = dict(self._past_traffic)
        for session in self._counted:
            assert session.hello is not None
            key = (session.identity.subaccount_id, session.hello.location)
            sent, received = total.get(key, (0, 0))
            total[key] = (sent + session.mux.bytes_sent, received + session.mux.bytes_received)
        return total

    def is_connected(self, subaccount_id: str, location_id: str) -> bool:
        return (subaccount_id, location_id) in self._tunnels

    async def wait_for(self, subaccount_id: str, location_id: str) -> None:
        """Return once that connector is connected."""
        key = (subaccount_id, location_id)
        while key not in self._tunnels:
            future = asyncio.get_running_loop().create_future()
            self._waiters.append((key, future))
            await future

    def _wake(self, key: tuple[str, str]) -> None:
        woken = [future for waiting, future in self._waiters if waiting == key]
        self._waiters = [waiter for waiter in self._waiters if waiter[0] != key]
        for future in woken:
            if not future.done():
                future.set_result(None)


def _status(tunnel: Tunnel) -> ConnectorStatus:
    sessions = tunnel.sessions
    first = sessions[0]
    hello = first.hello
    assert hello is not None
    return ConnectorStatus(
        connector_id=tunnel.connector_id,
        subaccount_id=tunnel.subaccount_id,
        location_id=tunnel.location_id,
        description=hello.description,
        address=first.identity.address,
        connected_since=min(session.since for session in sessions),
        agent_version=hello.agent_version,
        compat_version=hello.compat_version,
        connections=len(sessions),
        streams=sum(max(len(session.mux.streams) - 1, 0) for session in sessions),
        bytes_to_connector=sum(session.mux.bytes_sent for session in sessions),
        bytes_from_connector=sum(session.mux.bytes_received for session in sessions),
        round_trip=max(session.link.round_trip for session in sessions),
        exposed=first.exposed,
        role=hello.role,
        started=hello.started,
        operator=hello.operator,
        runtime=hello.runtime,
        platform=hello.platform,
        security=hello.security,
        quiet=tuple(session.link.quiet for session in sessions),
    )
