"""The probes over HTTP as commands: what they take, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli.main import run
from landbridge.lab.scenarios.http_stage import PAIR, SECRET
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.web import Call, answer, web

USAGE = 2


def probe(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["probe", *arguments, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out or said.err)


@pytest.mark.parametrize(
    "options",
    [
        ("--login", "shop"),
        ("--bearer",),
        ("--login", "sh:op", "--secret-file", "FILE"),
        ("--login", "shop", "--secret-file", "EMPTY"),
        ("--header", "no colon"),
        ("--header", "Na me: value"),
        ("--header", "Name: two\nlines"),
        ("--certificate", "FILE"),
        ("--framing", "guessed"),
    ],
)
def test_options_that_cannot_be_are_refused(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "FILE").write_text(SECRET)
    (tmp_path / "EMPTY").write_text("")
    words = [str(tmp_path / word) if word in ("FILE", "EMPTY") else word for word in options]
    code, said = probe(capsys, "http", "http://localhost:1/", *words)
    assert code == USAGE
    assert said["error"]["code"] == "platform.usage"


@pytest.mark.parametrize(
    "url", ["ftp://localhost/", "http://", "http://me:sesame@localhost/", "http://localhost:99999/"]
)
@pytest.mark.parametrize("protocol", ["http", "oauth", "odata", "soap"])
def test_targets_that_are_none_are_refused(protocol: str, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = probe(capsys, protocol, url)
    assert code == USAGE
    assert said["error"]["code"] == "check.target-invalid"
    assert "sesame" not in said["error"]["message"]


def test_nothing_is_posted_that_was_not_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[Call] = []

    def respond(call: Call) -> bytes:
        calls.append(call)
        return answer(200)

    with listening(web(respond)) as port:
        for protocol in ("http", "odata", "soap"):
            probe(capsys, protocol, f"http://127.0.0.1:{port}/")
        assert {call.method for call in calls} == {"HEAD", "GET"}
        probe(capsys, "http", f"http://127.0.0.1:{port}/", "--post")
    assert calls[-1].method == "POST"


def test_the_secret_may_be_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDBRIDGE_PROBE_SECRET", SECRET)
    respond = web(lambda call: answer(200 if call.basic == PAIR else 401))
    with listening(respond) as port:
        code, said = probe(capsys, "http", f"http://127.0.0.1:{port}/", "--user", "shop")
    assert code == 0, said["findings"]
    assert "logon" in said["passed"]
    assert said["target"]["user"] == "shop"


def test_a_body_is_sent_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bodies: list[tuple[bytes, str]] = []

    def respond(call: Call) -> bytes:
        bodies.append((call.body, call.headers.get("content-type", "")))
        return answer(201)

    (tmp_path / "order.json").write_text('{"n":1}')
    options = ("--post", "--body", str(tmp_path / "order.json"), "--content-type", "application/json")
    with listening(web(respond)) as port:
        code, _ = probe(capsys, "http", f"http://127.0.0.1:{port}/", *options)
    assert code == 0
    assert bodies[-1] == (b'{"n":1}', "application/json")


def test_people_read_what_was_asked_and_what_came(capsys: pytest.CaptureFixture[str]) -> None:
    respond = web(lambda call: answer(401, "WWW-Authenticate: Basic realm=orders"))
    with listening(respond) as port:
        assert run(["probe", "http", f"http://127.0.0.1:{port}/x"]) == 50
    said = capsys.readouterr().out
    assert f"HEAD http://127.0.0.1:{port}/x: 401 Unauthorized, it wants Basic realm=orders" in said
    assert "check.4xx/not-authenticated: proven" in said
    assert "Configure one of the logons that it offers: Basic 'orders'." in said
