"""Limits from the command line: what docs/limits.md names can be set, and nothing else."""

from __future__ import annotations

import re
import socket
from dataclasses import fields
from pathlib import Path

import pytest

from landbridge.cli import limits
from landbridge.cli.limits import limited, read_limits
from landbridge.connector.settings import ConnectorSettings
from landbridge.faults import FaultError
from landbridge.settings import DoorSettings, TunnelSettings
from tests.cli.test_commands import landbridge, started

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
CLOUD = (DoorSettings(), TunnelSettings())


def test_numbers_go_to_the_settings_that_have_them() -> None:
    found = read_limits(["line-limit=16_384", "head_timeout=0", "stream_limit=5", "stream_limit=7"], *CLOUD)
    assert limited(DoorSettings(), found) == DoorSettings(line_limit=16_384, head_timeout=0)
    assert limited(TunnelSettings(), found) == TunnelSettings(stream_limit=7)
    assert limited(DoorSettings(), {}) == DoorSettings()


@pytest.mark.parametrize(
    "text",
    ["", "line_limit", "line_limit=", "line_limit=0", "line_limit=1.5", "line_limit=x", "line_limit=-1", "nope=1",
     "ping_interval=0", "head_timeout=-1", "head_timeout=nan", "head_timeout=inf", "first_byte_timeout=1"],
)  # fmt: skip
def test_what_cannot_be_a_limit_is_named_with_what_it_should_be(text: str) -> None:
    with pytest.raises(FaultError) as caught:
        read_limits([text], *CLOUD)
    assert caught.value.fault.code == "platform.setting-invalid"
    assert f"'{text}'" in caught.value.fault.sentence


def test_every_limit_of_the_page_can_be_set_and_is_said_truly() -> None:
    blocks = {**dict.fromkeys(("HTTP door", "both doors", "tunnel"), CLOUD), "connector": (ConnectorSettings(),)}
    where, seen = "", set()
    for line in (line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")):
        first, named, values, *_ = (cell.strip() for cell in line.split("|")[1:])
        where = first or where
        for name, value in zip(re.findall(r"`(\w+)`", named), re.split(r", | \+ ", values), strict=False):
            number = value.replace(",", "").replace(" MiB", "")
            (has,) = [getattr(one, name) for one in blocks[where] if hasattr(one, name)]
            assert has in (float(number), float(number) * 2**20), name
            assert read_limits([f"{name}={number}"], *blocks[where])
            seen.add(name)
    assert len(seen) > 15, "the pattern finds the rows"


def test_zero_means_none_only_where_there_is_such_a_setting() -> None:
    names = {one.name for block in (*CLOUD, ConnectorSettings()) for one in fields(block)}
    assert names >= limits._NEVER | limits._ELSEWHERE


def test_a_limit_of_the_command_line_counts(tmp_path: Path) -> None:
    with started(tmp_path, "--limit", "line_limit=100") as running:
        with socket.create_connection(("127.0.0.1", running.said()["ports"]["door"])) as client:
            client.settimeout(10)
            client.sendall(b"GET http://erp.virtual/" + b"x" * 100 + b" HTTP/1.1\r\nHost: erp.virtual\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 414 ")
        assert running.stop() == 0


@pytest.mark.parametrize("words", [("up",), ("connector", "run")])
def test_a_limit_that_does_not_exist_ends_the_command(words: tuple[str, ...]) -> None:
    printed = landbridge(*words, "--limit", "patience=5")
    assert printed.returncode == 2
    assert "the name one of " in printed.stderr
