"""`landbridge lab ...`: failures on one machine, with real servers, to be looked at."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from landbridge.cli.listing import show
from landbridge.cli.options import AsJson, give, give_json, say
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.lab.scenario import Scenario, Staged

HELP = """Bring a failure about on this machine, with real servers on loopback, and see how it is named.

\b
Examples:
  landbridge lab list
  landbridge lab start outbound.cert-path/expired
  landbridge lab start outbound.smtp-port/auth
  landbridge lab stop

'start' runs the servers until Ctrl-C, or until 'stop' is called elsewhere, and says which command to run meanwhile.
"""

app = typer.Typer(name="lab", help=HELP, no_args_is_help=True, rich_markup_mode=None, add_completion=False)

Named = Annotated[str, typer.Argument(metavar="FAILURE[/CAUSE[/VARIANT]]", help="The first one that begins so.")]


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List everything that can be brought about."""
    from landbridge.checks.catalogue import FAILURES
    from landbridge.lab.scenarios import SCENARIOS

    rows = [
        {
            "name": one.name,
            "what": "Nothing is wrong." if one.is_healthy else FAILURES[one.failure].cause(one.cause).what,
        }
        for one in SCENARIOS
    ]
    show(rows, ("name", "what"), as_json, "There is nothing.")


@app.command("start")
def start(name: Named, as_json: AsJson = False) -> None:
    """Bring it about, until Ctrl-C or 'landbridge lab stop'."""
    from landbridge.net.loop import run

    run(_running(_scenario(name), as_json))


@app.command("stop")
def stop(as_json: AsJson = False) -> None:
    """End everything that 'lab start' runs on this machine for this user."""
    from landbridge.lab.running import stop_all

    ended = stop_all()
    if as_json:
        give_json({"stopped": ended})
    else:
        say(f"Stopped: {', '.join(ended)}." if ended else "Nothing was running.")


def _scenario(name: str) -> Scenario:
    from landbridge.lab.scenarios import SCENARIOS

    found = next((one for one in SCENARIOS if one.name == name or f"{one.name}/".startswith(f"{name}/")), None)
    if found is None:
        problem = f"the lab has no '{name[:100]}'; 'landbridge lab list' shows what it has"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge lab"))
    if missing := found.missing():
        raise FaultError(fault("platform.usage", problem=f"{found.name}: {missing}", command="landbridge lab"))
    return found


async def _running(scenario: Scenario, as_json: bool) -> None:
    import tempfile
    from pathlib import Path

    from landbridge.cli.signals import stop_requested
    from landbridge.lab.running import noted

    stopped = stop_requested()
    with tempfile.TemporaryDirectory() as folder, noted(scenario.name):
        async with scenario.stage(Path(folder)) as staged:
            _tell(scenario, staged, as_json)
            await stopped.wait()


def _tell(scenario: Scenario, staged: Staged, as_json: bool) -> None:
    line = shlex.join(("landbridge", *staged.command))
    if as_json:
        give_json({"name": scenario.name, "story": staged.story, "command": list(staged.command), "line": line})
        return
    say(f"{scenario.name}: {staged.story} Ctrl-C ends it.")
    give(line)
