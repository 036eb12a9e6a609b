"""`landbridge inject ...`: make calls fail on purpose, to see what an application does then."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from landbridge.cli.listing import made, path, show
from landbridge.cli.options import DATA, AsJson, Data, give_json, say
from landbridge.injection.row import Effect, Place

HELP = """Make calls fail on purpose, in the laptop profile: at the doors, in the find call, in the token service.

\b
Examples:
  landbridge inject add door status --status 503 --path /sap/opu
  landbridge inject add door cut --size 1000 --subaccount acme --destination ERP --nth 2
  landbridge inject add socks reply --reply 5 --system mail.internal:25 --location hall-7
  landbridge inject add token expired-token --nth 1
  landbridge inject list
  landbridge inject clear

Every HTTP answer that was changed carries the header X-Landbridge-Injected. A reset takes all of it back.
"""

app = typer.Typer(name="inject", help=HELP, no_args_is_help=True, rich_markup_mode=None, add_completion=False)

COLUMNS = ("number", "place", "effect", "subaccount", "location", "destination", "system", "path", "nth", "calls")


@app.command("list")
def list_all(data: Data = DATA, as_json: AsJson = False) -> None:
    """List what is to fail, and how many calls fitted each row."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("dev", "injections"))
    show(rows if as_json else [_with_location(row) for row in rows], COLUMNS, as_json, "Nothing is made to fail.")


def _with_location(row: dict[str, Any]) -> dict[str, Any]:
    """The default location id is the empty one, and not the same as all of them."""
    return row | {"location": "(default)"} if row["location"] == "" else row


@app.command("add")
def add(
    place: Annotated[Place, typer.Argument(help="Where.")],
    effect: Annotated[Effect, typer.Argument(help="What happens.")],
    subaccount: Annotated[str, typer.Option(help="Only calls of this subaccount (id or subdomain).")] = "",
    destination: Annotated[str, typer.Option(help="Only calls to this destination of the subaccount.")] = "",
    system: Annotated[str, typer.Option(help="Only calls to this virtual host:port, at a door.")] = "",
    location: Annotated[str | None, typer.Option(help="Only calls with this location id, at a door.")] = None,
    path_start: Annotated[str, typer.Option("--path", help="Only paths that begin so.")] = "",
    nth: Annotated[int, typer.Option(min=0, help="Only the nth call that fits; 0 for all.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="Seconds of delay.")] = 1.0,
    size: Annotated[int, typer.Option(min=1, help="Bytes before the cut; bytes a second of throttle.")] = 1,
    status: Annotated[int, typer.Option(min=400, max=599, help="Status of the answer.")] = 503,
    reply: Annotated[int, typer.Option(min=1, max=255, help="SOCKS5 reply code (RFC 1928).")] = 1,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Make calls fail from now on."""
    from landbridge.cli.running import RunningSide

    wish = {
        "place": place.value,
        "effect": effect.value,
        "subaccount": subaccount,
        "location": location,
        "destination": destination,
        "system": system,
        "path": path_start,
        "nth": nth,
        "seconds": seconds,
        "size": size,
        "status": status,
        "reply": reply,
    }
    row = RunningSide(data).post(path("dev", "injections"), wish)
    made(row, f"{row['number']}: {effect.value} at {place.value}.", as_json)


@app.command("clear")
def clear(
    number: Annotated[int | None, typer.Argument(help="Number of one row; without it all of them.")] = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Take one row back, or all of them."""
    from landbridge.cli.running import RunningSide

    side = RunningSide(data)
    place = path("dev", "injections") if number is None else path("dev", "injections", str(number))
    side.delete(place)
    _left(side.get(path("dev", "injections")), as_json)


def _left(rows: list[Any], as_json: bool) -> None:
    if as_json:
        give_json({"left": len(rows)})
    else:
        say(f"{len(rows)} left." if rows else "Nothing is made to fail any more.")
