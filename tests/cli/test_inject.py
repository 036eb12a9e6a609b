"""`landbridge inject`: make calls fail, see what is to fail, take it back; and what it says to bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest

from landbridge.faults import CATALOGUE
from tests.cli.command import landbridge
from tests.cli.test_commands import Up, started
from tests.cloud_side import ACME, landscape_in


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with started(folder, "--landscape", str(landscape_in(folder))) as running:
        yield Up(folder / "data", running.said())


@pytest.fixture
def clean(up: Up) -> Up:
    """Nothing is to fail when a test begins."""
    assert inject(up, "clear").returncode == 0
    return up


def inject(up: Up, *words: str) -> CompletedProcess[str]:
    return landbridge("inject", *words, "--data", str(up.data))


def added(up: Up, *words: str) -> dict[str, Any]:
    printed = inject(up, "add", *words, "--json")
    assert printed.returncode == 0, printed.stderr
    return dict(json.loads(printed.stdout))


def token_answer(up: Up) -> httpx.Response:
    return httpx.post(f"{up.addresses['local_url']}/oauth/token", data={}, trust_env=False)


def test_what_is_added_fails_until_it_is_cleared(clean: Up) -> None:
    said = inject(clean, "add", "token", "status", "--status", "501", "--nth", "2")
    assert (said.returncode, said.stdout) == (0, "")
    assert said.stderr.endswith(": status at token.\n")
    assert [token_answer(clean).status_code == 501 for _ in range(3)] == [False, True, False]
    (row,) = json.loads(inject(clean, "list", "--json").stdout)
    assert (row["place"], row["effect"], row["status"], row["nth"], row["calls"]) == ("token", "status", 501, 2, 3)
    assert json.loads(inject(clean, "clear", "--json").stdout) == {"left": 0}
    assert json.loads(inject(clean, "list", "--json").stdout) == []
    assert token_answer(clean).status_code != 501


def test_every_field_arrives(clean: Up) -> None:
    words = ("--subaccount", "acme", "--system", "Mail.internal:25", "--location", "hall-7", "--reply", "5")
    row = added(clean, "socks", "reply", *words)
    wanted = {"subaccount": ACME, "system": "mail.internal:25", "location": "hall-7", "reply": 5, "calls": 0}
    assert {name: row[name] for name in wanted} == wanted
    by_destination = added(
        clean, "door", "cut", "--size", "9", "--path", "/a", "--subaccount", "acme", "--destination", "erp"
    )
    wanted = {"system": "erp:8000", "destination": "erp", "size": 9, "path": "/a", "location": None}
    assert {name: by_destination[name] for name in wanted} == wanted
    assert added(clean, "find", "delay", "--seconds", "0.5")["seconds"] == 0.5
    assert added(clean, "socks", "delay", "--location", "")["location"] == ""


def test_the_list_is_a_table_for_people(clean: Up) -> None:
    nothing = inject(clean, "list")
    assert (nothing.stdout, nothing.stderr) == ("", "Nothing is made to fail.\n")
    first = added(clean, "socks", "throttle", "--size", "100", "--system", "db.virtual:5432")
    second = added(clean, "door", "delay", "--location", "")
    heading, *lines = inject(clean, "list").stdout.splitlines()
    assert heading.split() == ["NUMBER", "PLACE", "EFFECT", "LOCATION", "SYSTEM", "NTH", "CALLS"]
    assert [line.split() for line in lines] == [
        [str(first["number"]), "socks", "throttle", "db.virtual:5432", "0", "0"],
        [str(second["number"]), "door", "delay", "(default)", "0", "0"],
    ]


def test_one_row_is_taken_back_by_its_number(clean: Up) -> None:
    first, second = added(clean, "door", "delay"), added(clean, "find", "delay")
    said = inject(clean, "clear", str(first["number"]))
    assert (said.returncode, said.stderr) == (0, "1 left.\n")
    assert [row["number"] for row in json.loads(inject(clean, "list", "--json").stdout)] == [second["number"]]
    assert inject(clean, "clear", str(second["number"])).stderr == "Nothing is made to fail any more.\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add",), "platform.usage"),
        (("add", "roof", "delay"), "platform.usage"),
        (("add", "door", "explode"), "platform.usage"),
        (("add", "door", "status", "--status", "200"), "platform.usage"),
        (("add", "door", "delay", "--seconds", "-1"), "platform.usage"),
        (("add", "socks", "reply", "--reply", "0"), "platform.usage"),
        (("add", "door", "delay", "--nth", "soon"), "platform.usage"),
        (("clear", "all"), "platform.usage"),
        (("add", "door", "reply"), "platform.injection-invalid"),
        (("add", "socks", "status"), "platform.injection-invalid"),
        (("add", "socks", "delay", "--path", "/a"), "platform.injection-invalid"),
        (("add", "find", "delay", "--system", "erp:8000"), "platform.injection-invalid"),
        (("add", "door", "delay", "--system", "erp"), "platform.injection-invalid"),
        (("add", "door", "delay", "--destination", "erp"), "platform.injection-invalid"),
        (("add", "door", "delay", "--subaccount", "acme", "--destination", "none"), "platform.injection-invalid"),
        (("add", "door", "delay", "--subaccount", "nobody"), "platform.unknown-subaccount"),
        (("add", "door", "delay", "--seconds", "601"), "platform.request-invalid"),
    ],
)
def test_bad_input_is_named(clean: Up, words: tuple[str, ...], code: str) -> None:
    said = inject(clean, *words)
    assert (said.returncode, said.stdout) == (CATALOGUE[code].exit, ""), said.stderr
    assert f"code: {code}" in said.stderr
    assert json.loads(inject(clean, "list", "--json").stdout) == []


def test_without_a_running_cloud_side_there_is_nobody_to_tell(tmp_path: Path) -> None:
    for words in (("list",), ("add", "door", "delay"), ("clear",)):
        said = landbridge("inject", *words, "--data", str(tmp_path / "nothing"))
        assert said.returncode != 0
        assert "code: platform.not-running" in said.stderr
