"""`landbridge demo`: the whole thing at work on this machine, then broken on purpose."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from landbridge.cli.options import AsJson, give, say
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.demo.step import Result


def demo(as_json: AsJson = False) -> None:
    """See all of it work, and fail with names.

    Starts a cloud side, a connector and a sample backend on free ports in a temporary folder, calls the backend as an
    application would, then breaks one thing after the other and shows what landbridge says about each. Nothing is
    left behind. Exit code 0 means that every step gave what it should.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that children are stopped then, too
    with TemporaryDirectory(prefix="landbridge-demo-") as folder:
        results = _played(Path(folder))
    _show(results, as_json)
    failed = [result.step for result in results if not result.ok]
    if failed:
        raise FaultError(fault("demo.not-held", count=len(failed), steps=len(results), names=", ".join(failed)))


def _show(results: list[Result], as_json: bool) -> None:
    from rich.console import Console

    from landbridge.demo import report

    if as_json:
        give(report.as_json(results))
        return
    if sys.stdout.isatty():
        Console().print(report.as_table(results))
    else:
        give(report.as_text(results))
    say(report.summary(results))


def _played(folder: Path) -> list[Result]:
    """Play the story; on a terminal, say what is being done."""
    from rich.console import Console

    from landbridge.demo.story import play

    console = Console(stderr=True)
    if not sys.stderr.isatty():
        return list(play(folder, lambda name: None))
    with console.status("starting") as status:
        return list(play(folder, lambda name: status.update(f"{name} ...")))
