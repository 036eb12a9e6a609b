"""Who is connected, and to whom a request goes. The sessions are played by the test."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.registry import TunnelRegistry
from landbridge.gateway.session import ConnectorIdentity
from landbridge.wire.messages import Hello

A, B = "subaccount-a", "subaccount-b"


@dataclass
class Line:
    """The link of a session. `unanswered` as if a ping waited so long."""

    unanswered: float = 0.0
    round_trip: float = 0.0
    quiet: float = 0.0
    pings: int = 0

    def ping(self) -> None:
        self.pings += 1


@dataclass
class Traffic:
    streams: dict[int, object] = field(default_factory=dict)
    bytes_sent: int = 0
    bytes_received: int = 0


@dataclass(eq=False)
class Session:
    identity: ConnectorIdentity
    hello: Hello
    draining: bool = False
    has_ids: bool = True
    since: float = 0.0
    exposed: tuple[dict[str, str], ...] = ()
    ended: Fault | None = None
    link: Line = field(default_factory=Line)
    mux: Traffic = field(default_factory=Traffic)

    def end(self, reason: Fault) -> None:
        self.ended = reason


def session(connector: str = "c1", subaccount: str = A, location: str = "", run: str = "r1") -> Any:
    identity = ConnectorIdentity(connector, subaccount, 1, "10.0.0.1:1")
    return Session(identity, Hello(1, "", "", connector, run, location))


def joined(registry: TunnelRegistry, **fields: str) -> Any:
    new = session(**fields)
    registry.join(new, new.hello)
    return new


def refusal(registry: TunnelRegistry, **fields: str) -> str:
    with pytest.raises(FaultError) as caught:
        joined(registry, **fields)
    return caught.value.fault.code


def missing(registry: TunnelRegistry, subaccount: str, location: str = "") -> Fault:
    with pytest.raises(FaultError) as caught:
        registry.find(subaccount, location)
    return caught.value.fault


def test_nobody_is_found_but_the_tenants_own_connector_at_that_location() -> None:
    registry = TunnelRegistry()
    first, second = joined(registry), joined(registry, connector="c2", location="plant")
    assert registry.find(A, "") is first
    assert registry.find(A, "plant") is second
    assert missing(registry, B).code == "tunnel.no-connector"
    reason = missing(registry, A, "Plant")
    assert (reason.code, reason.params["connected"]) == ("tunnel.unknown-location", "'', 'plant'")


def test_the_same_location_of_two_tenants() -> None:
    registry = TunnelRegistry()
    mine, theirs = joined(registry), joined(registry, connector="c2", subaccount=B)
    assert (registry.find(A, ""), registry.find(B, "")) == (mine, theirs)


def test_the_location_of_another_connector_is_taken() -> None:
    registry = TunnelRegistry()
    first = joined(registry)
    assert refusal(registry, connector="c2") == "tunnel.location-taken"
    assert registry.find(A, "") is first
    registry.leave(first, fault("tunnel.closed"))
    assert joined(registry, connector="c2") is registry.find(A, "")


def test_a_new_run_replaces_the_old_one_which_may_not_come_back() -> None:
    registry = TunnelRegistry()
    old = joined(registry)
    new = joined(registry, run="r2")
    assert old.ended.code == "tunnel.replaced"
    assert registry.find(A, "") is new
    assert refusal(registry, run="r1") == "tunnel.cloned"
    registry.leave(old, old.ended)
    assert registry.find(A, "") is new, "the late end of the old one changes nothing"


def test_one_more_connection_of_the_same_run() -> None:
    registry = TunnelRegistry()
    first, second = joined(registry), joined(registry)
    assert [status.connections for status in registry.connectors()] == [2]
    first.mux.streams = {1: None, 2: None}
    assert registry.find(A, "") is second, "the less busy one"
    second.link.unanswered = 0.1
    assert registry.find(A, "") is first, "the one that answers"
    assert first.link.pings == 1, "asked for a sign of life when the other came"
    first.draining = True
    assert registry.find(A, "") is second
    second.has_ids = False
    assert missing(registry, A).code == "tunnel.no-connector"
    registry.leave(first, fault("tunnel.closed"))
    registry.leave(second, fault("tunnel.closed"))
    assert not registry.connectors()


def test_ending_a_connector_ends_all_its_connections() -> None:
    registry = TunnelRegistry()
    mine = [joined(registry), joined(registry), joined(registry, location="x")]
    other = joined(registry, connector="c2", location="y")
    assert registry.end("c1", fault("tunnel.closed")) == 3
    assert all(one.ended for one in mine)
    assert other.ended is None


@pytest.mark.anyio
async def test_waiting_for_a_connector() -> None:
    registry = TunnelRegistry()
    waiting = [asyncio.create_task(registry.wait_for(A, "")) for _ in range(2)]
    elsewhere = asyncio.create_task(registry.wait_for(B, ""))
    await asyncio.sleep(0)
    joined(registry)
    await asyncio.gather(*waiting)
    await registry.wait_for(A, "")
    assert not elsewhere.done()
    elsewhere.cancel()
