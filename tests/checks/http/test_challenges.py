"""What servers want for a logon."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.http.challenges import Challenge, challenges


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Basic realm=orders"], [Challenge("Basic", "orders")]),
        (['Basic realm="a, b", charset="UTF-8"'], [Challenge("Basic", "a, b", "UTF-8")]),
        (['Negotiate, Basic realm="x"'], [Challenge("Negotiate"), Challenge("Basic", "x")]),
        (["Negotiate", "NTLM"], [Challenge("Negotiate"), Challenge("NTLM")]),
        (["NTLM TlRMTVNTUAACAAAA=="], [Challenge("NTLM")]),
        (
            ['Digest realm="d", nonce="n=,", qop=auth, Basic realm=b'],
            [Challenge("Digest", "d"), Challenge("Basic", "b")],
        ),
        (['Bearer realm="say \\"hello\\""'], [Challenge("Bearer", 'say "hello"')]),
        (["basic REALM=x"], [Challenge("basic", "x")]),
        ([""], []),
        (["realm=alone"], []),
    ],
)
def test_challenges_are_told_apart(values: list[str], expected: list[Challenge]) -> None:
    assert list(challenges(values)) == expected


@pytest.mark.parametrize(
    ("realm", "abap"),
    [
        ("SAP NetWeaver Application Server [ABC/100]", ("ABC", "100")),
        ("SAP NetWeaver Application Server [A12/000][alias]", ("A12", "000")),
        ("orders [1/100]", None),
        ("", None),
    ],
)
def test_the_realm_of_an_abap_system_names_it(realm: str, abap: tuple[str, str] | None) -> None:
    assert Challenge("Basic", realm).abap == abap


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    challenges([text])
