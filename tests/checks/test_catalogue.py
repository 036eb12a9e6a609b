"""The failure catalogue: complete, consistent with the faults, and with commands that exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer

from landbridge.checks.catalogue import FAILURES, Failure, Side
from landbridge.cli.main import application
from landbridge.faults import CATALOGUE

IDS = [
    "inbound.cert-validity",
    "inbound.peer-cert-untrusted",
    "inbound.icm-connection-failed",
    "inbound.http-401",
    "inbound.http-403",
    "inbound.http-404",
    "inbound.not-reaching",
    "inbound.authz-check",
    "inbound.srt-ping",
    "outbound.date-header",
    "inbound.not-active",
    "outbound.cert-path",
    "outbound.http-401",
    "outbound.osci-conversion",
    "outbound.smtp-port",
    "outbound.sftp",
    "outbound.sf-adapter",
    "outbound.sf-webservice",
    "outbound.http-503",
    "outbound.http-403-onprem",
    "outbound.csrf-403",
    "outbound.http-411",
    "conn.503",
    "conn.502",
    "conn.401",
    "conn.403",
    "conn.407",
    "conn.timeout-noconn",
    "conn.timeout-latency",
    "conn.timeout-backend",
    "dest.401",
    "dest.403",
    "dest.404",
    "dest.409",
    "dest.ui-load",
    "check.2xx3xx",
    "check.4xx",
    "check.5xx",
    "avail.undetermined",
    "avail.no-mapping",
    "avail.resource-or-backend",
    "avail.backend-unreachable",
    "avail.private-endpoint",
]

PAIRS = sorted({(pair, code) for code, kind in CATALOGUE.items() for pair in kind.proves})


def test_all_forty_three_are_there() -> None:
    assert len(IDS) == 43
    assert sorted(FAILURES) == sorted(IDS)


@pytest.mark.parametrize(("pair", "code"), PAIRS, ids=lambda value: str(value))
def test_what_a_fault_proves_is_in_the_catalogue(pair: tuple[str, str], code: str) -> None:
    failure, cause = pair
    assert cause in {known.id for known in FAILURES[failure].causes}, code


@pytest.mark.parametrize("failure", FAILURES.values(), ids=lambda failure: failure.id)
def test_a_failure_is_complete(failure: Failure) -> None:
    assert isinstance(failure.side, Side)
    assert failure.meaning.endswith(".")
    assert failure.symptoms
    assert failure.references
    assert failure.commands
    assert len(failure.causes) >= 2
    names = [cause.id for cause in failure.causes]
    assert len(set(names)) == len(names)
    for cause in failure.causes:
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", cause.id)
        for text in (cause.what, cause.tell, cause.action, cause.reproduce):
            assert text.endswith("."), (cause.id, text)


def test_an_unknown_cause_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="no cause nonsense"):
        FAILURES["conn.503"].pick("nonsense")


def commands() -> list[str]:
    return sorted({command for failure in FAILURES.values() for command in failure.commands})


@pytest.mark.parametrize("command", commands())
def test_a_command_exists_with_its_options(command: str) -> None:
    """Parsed by the program itself, up to running it."""
    words = command.split()
    assert words.pop(0) == "landbridge"
    found: Any = typer.main.get_command(application())
    context = None
    while hasattr(found, "get_command"):
        context = found.context_class(found, parent=context)
        found = found.get_command(context, words.pop(0))
        assert found is not None, command
    found.make_context(found.name, words)


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(typer.TyperException):
        test_a_command_exists_with_its_options("landbridge status --nonsense")
    with pytest.raises(AssertionError):
        test_a_command_exists_with_its_options("landbridge nonsense")
