"""Runs probes: in the order of their dependencies, side by side where they are independent, bounded in time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from landbridge.checks.evidence import Evidence, Step
from landbridge.checks.observations import NothingSeen, Observation
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.quotation import redacted
from landbridge.net.dial import DialFailed, dial_failed

GRACE = 2.0
"""Seconds above its own time that a probe is waited for, so that it can say itself what was too slow."""


async def observe(scene: Scene, probes: Sequence[Probe]) -> Evidence:
    """Everything that the probes see of `scene.target`. Never raises for what the target does.

    A probe starts as soon as those before it passed. `probes` stand in an order in which each follows those it needs.
    """
    probes = [probe for probe in probes if probe.wanted(scene)]
    run = _Run(scene, probes)
    async with asyncio.TaskGroup() as group:
        for probe in probes:
            group.create_task(run.make(probe))
    return run.evidence()


class _Run:
    """The steps made so far, by probe."""

    def __init__(self, scene: Scene, probes: Sequence[Probe]) -> None:
        self._scene = scene
        self._target = msgspec.structs.replace(scene.target, path=redacted(scene.target.path))
        self._began = scene.clock()
        self._order = [probe.name for probe in probes]
        self._steps: dict[str, Step] = {}
        self._done = {name: asyncio.Event() for name in self._order}

    def evidence(self) -> Evidence:
        steps = tuple(self._steps[name] for name in self._order if name in self._steps)
        return Evidence(target=self._target, at=self._began, steps=steps)

    async def make(self, probe: Probe) -> None:
        for name in (*probe.after, *(name for name in probe.waits if name in self._done)):
            await self._done[name].wait()
        skipped = self._unfit(probe)
        if skipped:
            self._steps[probe.name] = _step(probe, skipped=skipped)
        else:
            self._steps[probe.name] = await self._look(probe)
        self._done[probe.name].set()

    def _unfit(self, probe: Probe) -> str:
        """Why the probe is not made; empty when it is."""
        if probe.effect not in self._scene.allowed:
            return f"it is {probe.effect} and was not asked for"
        for name in probe.after:
            step = self._steps[name]
            if not step.passed:
                return step.skipped if step.skipped else f"{name} did not pass"
        return probe.ready(self._scene, self.evidence())

    async def _look(self, probe: Probe) -> Step:
        loop = asyncio.get_running_loop()
        began = loop.time()
        seen = tuple(await self._facts(probe))
        took = round((loop.time() - began) * 1000, 1)
        return _step(probe, milliseconds=took, seen=seen)

    async def _facts(self, probe: Probe) -> Sequence[Observation]:
        seconds = self._scene.seconds + probe.longer
        try:
            async with asyncio.timeout(seconds + GRACE):
                return await probe.look(self._scene, self.evidence())
        except TimeoutError:
            return [NothingSeen(reason=f"no end within {seconds:g} seconds", seconds=seconds)]
        except (DialFailed, OSError) as error:
            failure = error if isinstance(error, DialFailed) else dial_failed(error)
            return [NothingSeen(reason=failure.reason, problem=failure.problem.value)]


def _step(probe: Probe, skipped: str = "", milliseconds: float = 0.0, seen: tuple[Observation, ...] = ()) -> Step:
    return Step(
        probe=probe.name,
        layer=probe.layer,
        effect=probe.effect,
        aside=probe.aside,
        skipped=skipped,
        milliseconds=milliseconds,
        seen=seen,
    )
