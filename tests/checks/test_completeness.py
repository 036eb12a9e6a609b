"""Every rule is shown to work by a scenario, and every cause of rows 23 to 43 is told apart, or says why it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.checks.catalogue import FAILURES
from landbridge.checks.diagnose import BOOKS
from landbridge.lab.scenarios import SCENARIOS
from tests.checks.test_catalogue import IDS

RULED = {(book.failure, rule.cause) for book in BOOKS for rule in book.rules}
STAGED = {(one.failure, one.cause) for one in SCENARIOS if not one.is_healthy}

ONLY_RULED_OUT = {
    ("avail.no-mapping", "no-mapping"): "found as conn.403, next to the official message",
    ("avail.undetermined", "backend-error"): "found as check.5xx, next to the official message",
    ("avail.undetermined", "not-connected"): "found as conn.503, next to the official message",
    ("check.2xx3xx", "reachable"): "a good answer is no failure: nothing is found",
    ("conn.timeout-noconn", "absent"): "the door queues nothing: found as conn.503",
    ("conn.timeout-noconn", "wrong-location"): "the door queues nothing: found as conn.503",
}
"""Rules that never hold: they are there to say that their cause is not the one. With the reason."""

TOLD_APART = IDS[IDS.index("conn.503") :]
CAUSES = [(name, cause.id) for name in TOLD_APART for cause in FAILURES[name].causes]


def test_rows_23_to_43_are_meant() -> None:
    assert len(TOLD_APART) == 21
    assert TOLD_APART[-1] == "avail.private-endpoint"


@pytest.mark.parametrize("pair", sorted(RULED), ids="/".join)
def test_a_rule_has_a_scenario(pair: tuple[str, str]) -> None:
    assert (pair in STAGED) is not (pair in ONLY_RULED_OUT)


def test_a_rule_that_never_holds_exists_and_has_its_reason() -> None:
    assert ONLY_RULED_OUT.keys() <= RULED
    assert all(ONLY_RULED_OUT.values())


@pytest.mark.parametrize("pair", sorted(STAGED), ids="/".join)
def test_a_scenario_has_a_rule(pair: tuple[str, str]) -> None:
    assert pair in RULED


@pytest.mark.parametrize("pair", CAUSES, ids="/".join)
def test_a_cause_is_brought_about_here_or_under_another_name(pair: tuple[str, str]) -> None:
    failure, _, cause = FAILURES[pair[0]].cause(pair[1]).instead.partition("/")
    if failure:
        assert (failure, cause) in STAGED
        assert pair not in STAGED, "it has two names"
    else:
        assert pair in STAGED or pair == ("check.2xx3xx", "reachable")


@pytest.mark.parametrize("failure", FAILURES.values(), ids=lambda failure: failure.id)
def test_another_name_is_in_the_catalogue(failure: object) -> None:
    row = FAILURES[str(getattr(failure, "id", ""))]
    for cause in row.causes:
        if cause.instead:
            name, _, other = cause.instead.partition("/")
            assert FAILURES[name].cause(other)
            assert not FAILURES[name].cause(other).instead, "one step is enough"


MEASURED = [
    "inbound.peer-cert-untrusted",
    "inbound.icm-connection-failed",
    "outbound.cert-path",
    "outbound.http-401",
    "outbound.smtp-port",
    "outbound.sftp",
    "outbound.http-503",
    "outbound.http-403-onprem",
    "outbound.csrf-403",
    "outbound.http-411",
    *TOLD_APART,
]
"""Failures of which a check of a client is to tell the causes apart."""


def test_the_documentation_says_which_causes_no_rule_claims() -> None:
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    section = page.partition("## What a measurement cannot tell")[2]
    for name in MEASURED:
        for cause in FAILURES[name].causes:
            if (name, cause.id) not in RULED and not cause.instead:
                assert f"`{cause.id}`" in section or f"`{name}/{cause.id}`" in section, cause.id
