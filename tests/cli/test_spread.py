"""Options of several commands, as one parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from landbridge.cli.spread import spread


@dataclass(frozen=True, slots=True)
class Shared:
    """What two commands have."""

    seconds: Annotated[float, typer.Option("--timeout", min=1)] = 3.0
    loud: Annotated[bool, typer.Option("--loud")] = False


def program(seen: list[tuple[str, str, Shared]]) -> typer.Typer:
    app = typer.Typer()

    @spread
    def first(
        where: Annotated[str, typer.Argument()], name: Annotated[str, typer.Option("--name")] = "x", *, shared: Shared
    ) -> None:
        seen.append((where, name, shared))

    @spread
    def second(*, shared: Shared) -> None:
        seen.append(("", "", shared))

    app.command("first")(first)
    app.command("second")(second)
    return app


def test_each_field_is_an_option_and_comes_together() -> None:
    seen: list[tuple[str, str, Shared]] = []
    app = program(seen)
    for words in (["first", "there"], ["first", "there", "--timeout", "5", "--name", "y"], ["second", "--loud"]):
        assert CliRunner().invoke(app, words).exit_code == 0
    assert seen == [("there", "x", Shared()), ("there", "y", Shared(5.0)), ("", "", Shared(loud=True))]


def test_what_is_no_value_of_a_field_is_refused() -> None:
    seen: list[tuple[str, str, Shared]] = []
    assert CliRunner().invoke(program(seen), ["second", "--timeout", "0"]).exit_code == 2
    assert not seen
