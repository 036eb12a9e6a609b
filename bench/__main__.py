"""`python -m bench`: starts everything, measures side by side, prints the tables."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench import checking, document, explaining, find, flame, machine, peers, report, rounds, tools
from bench.bridge import bridge
from bench.figures import DIRECT, as_json
from bench.nouns import Results, Subject
from bench.options import Options, parse
from bench.processes import NotStarted, running
from bench.quiet import Quiet


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what can be measured. 1 when that is nothing: above all when our own programs did not start."""
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave through the blocks that stop what was started
    facts = machine.describe()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        _backend(Path(folder), options) as backend,
        ExitStack() as rig,
    ):
        notes: list[str] = []
        try:
            ours = rig.enter_context(bridge(Path(folder) / "landbridge", backend))
        except NotStarted as reason:
            _say(f"landbridge did not start, so there is nothing to compare: {reason}")
            return 1
        if options.profile:
            return _profile(options, ours, backend)
        others = _peers(rig, Path(folder), backend, options, notes)
        subjects = [backend, *others, ours]
        if options.compiled:
            subjects.append(rig.enter_context(bridge(Path(folder) / "compiled", backend, options.compiled)))
        results = replace(_measure(options, backend, subjects, notes), notes=tuple(notes))
        if "checks" in options.parts:
            timings = (*explaining.measure(Path(folder), _say), *checking.measure(Path(folder), _say))
            results = replace(results, checks=timings)
    if "find" in options.parts:
        results = _find(options, results)
    _publish(options, results, facts)
    return 1 if results.empty else 0


def _measure(options: Options, backend: Subject, subjects: Sequence[Subject], notes: list[str]) -> Results:
    wrk, parts, quiet = tools.wrk(), options.parts, Quiet(options.patience)
    if "requests" in parts and wrk is None:
        _skip(notes, "requests per second and latency", "wrk is missing (Debian package wrk)")
    through = [subject for subject in subjects if subject is not backend]
    results = Results(  # memory first: on fresh processes its figures say more
        idle=tuple(rounds.idles(through, options, _say)) if "idle" in parts else (),
        memory=tuple(rounds.memories(through, options, _say)) if "memory" in parts else (),
        setup=tuple(rounds.setups(subjects, options, quiet, _say)) if "setup" in parts else (),
        requests=tuple(rounds.requests(wrk, subjects, options, quiet, _say)) if wrk and "requests" in parts else (),
        bulk=tuple(rounds.bulks(backend, subjects, options, quiet, _say)) if "bulk" in parts else (),
    )
    if quiet.note:
        notes.append(quiet.note)
    return results


def _find(options: Options, results: Results) -> Results:
    """Its own landbridge, with its own database: the other one is stopped by now."""
    quiet = Quiet(options.patience)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            runs = find.measure(tools.wrk(), options, quiet, Path(folder) / "find", _say)
        except NotStarted as reason:
            note = f"not measured: find: {reason}"
            _say(note)
            return replace(results, notes=(*results.notes, note))
    return replace(results, find=runs, notes=(*results.notes, quiet.note) if quiet.note else results.notes)


@contextmanager
def _backend(folder: Path, options: Options) -> Iterator[Subject]:
    command = [sys.executable, str(Path(__file__).with_name("backend.py")), str(options.body)]
    with running(command, folder / "backend.log") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise NotStarted(f"backend: {(folder / 'backend.log').read_text()[-800:]}")
        yield Subject(DIRECT, int(line), "erp.internal:8000", programs={"backend": process.pid})


def _peers(rig: ExitStack, folder: Path, backend: Subject, options: Options, notes: list[str]) -> list[Subject]:
    started = []
    for name in options.peers:
        try:
            started.append(rig.enter_context(peers.peer(name, folder / name, backend)))
        except NotStarted as reason:
            _skip(notes, peers.title(name), str(reason))
    return started


def _profile(options: Options, ours: Subject, backend: Subject) -> int:
    py_spy, wrk = tools.py_spy(), tools.wrk()
    if py_spy is None or wrk is None:
        _say("Nothing to profile with: it needs py-spy and wrk.")
        return 1
    options.results.mkdir(parents=True, exist_ok=True)
    for graph in flame.record(py_spy, wrk, ours, backend, options.results, max(options.seconds, 4)):
        _say(f"written: {graph}")
    return 0


def _publish(options: Options, results: Results, facts: dict[str, str]) -> None:
    text = json.dumps(as_json(results, facts), indent=1)
    options.results.mkdir(parents=True, exist_ok=True)
    for name in ("latest", datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")):
        (options.results / f"{name}.json").write_text(text)
    tables = report.tables(results)
    sys.stdout.write((text if options.json else tables) + "\n")
    if options.write_docs:
        for part, marks in (
            (replace(results, find=None, checks=()), document.FIGURES),
            (Results(find=results.find, notes=results.notes), document.FIND),
            (Results(checks=results.checks), document.CHECKS),
        ):
            if not part.empty:
                document.write(report.tables(part), facts, marks)


def _skip(notes: list[str], what: str, why: str) -> None:
    notes.append(f"not measured: {what}: {why}")
    _say(notes[-1])


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
