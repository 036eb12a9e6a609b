"""What a world holds: tasks, descriptors, connections, streams, bytes on account. After work, it must be as before."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from landbridge.testing.world import World
from landbridge.wire.mux import Mux

_DESCRIPTORS = Path("/proc/self/fd")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Counts that only work in progress may raise.

    tasks        unfinished tasks of the loop, by what they run
    descriptors  what the open descriptors of this process are
    figures      connections, streams and budget of gateway and connectors, by name
    """

    tasks: Counter[str]
    descriptors: Counter[str]
    figures: Counter[str]

    def beyond(self, other: Holdings) -> dict[str, int]:
        """What is here and was not there."""
        more: dict[str, int] = {}
        for mine, theirs in (
            (self.tasks, other.tasks),
            (self.descriptors, other.descriptors),
            (self.figures, other.figures),
        ):
            more |= dict(mine - theirs)
        return more


def holdings(world: World) -> Holdings:
    """What this process and that world hold at the moment."""
    current = asyncio.current_task()
    tasks = Counter(_name(task) for task in asyncio.all_tasks() if task is not current)
    return Holdings(tasks, _descriptors(), _figures(world))


async def until_like(world: World, before: Holdings, patience: float = 10.0) -> None:
    """Return when nothing is held that was not held then. Raises `AssertionError` that names what is left over."""
    deadline = asyncio.get_running_loop().time() + patience
    while more := holdings(world).beyond(before):
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"left over after {patience:g} s: {more}")
        await asyncio.sleep(0.05)


def resident() -> int:
    """Bytes of memory that this process holds (Linux)."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise OSError("no VmRSS")


def _figures(world: World) -> Counter[str]:
    gateway = world.cloud.gateway
    found = Counter({"door connections": len(gateway.door.connections)})
    found["SOCKS5 door connections"] = len(gateway.socks_door.connections)
    for session in gateway.registry.sessions():
        _add(found, "gateway", session.mux)
    for running in world.connectors.values():
        for dialled in running.connector.sessions:
            _add(found, "connector", dialled.mux)
    found["backend connections"] = world.backend.connections.open
    return found


def _add(found: Counter[str], end: str, mux: Mux) -> None:
    found[f"{end}: tunnel connections"] += 1
    found[f"{end}: streams"] += len(mux.streams)
    found[f"{end}: bytes on account"] += mux.budget.used


def _name(task: asyncio.Task[object]) -> str:
    coroutine = task.get_coro()
    return f"task {getattr(coroutine, '__qualname__', coroutine)}"


def _descriptors() -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in _DESCRIPTORS.iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue  # that of the listing itself
        found["descriptor socket" if target.startswith("socket:") else f"descriptor {target}"] += 1
    return found
