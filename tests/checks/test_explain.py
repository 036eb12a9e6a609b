"""Explaining texts: every failure is found, harmless texts say nothing, secrets stay in, long texts end."""

from __future__ import annotations

import re._constants as constants
import re._parser as parser
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks import dictionary, dictionary_clients, dictionary_flows
from landbridge.checks.catalogue import FAILURES
from landbridge.checks.explain import explain
from landbridge.checks.explanation import NAMED, POSSIBLE, Explanation
from landbridge.checks.statuses import find_status
from landbridge.checks.symptoms import Symptom
from landbridge.faults import CATALOGUE, error_headers, fault, problem
from tests.checks import pasted
from tests.checks.samples import HARMLESS, JAVA_TRUST, SAMPLES

SYMPTOMS = (*dictionary.ALL, *dictionary_flows.ALL, *dictionary_clients.ALL)


def failures(found: Explanation) -> list[str]:
    return [guess.failure.id for guess in found.hypotheses]


@pytest.mark.parametrize(("failure", "text"), SAMPLES)
def test_a_real_text_nominates_its_failure(failure: str, text: str) -> None:
    found = explain(text)
    assert failure in failures(found)
    guess = next(guess for guess in found.hypotheses if guess.failure.id == failure)
    assert guess.confidence == POSSIBLE
    assert guess.evidence
    assert guess.causes
    assert guess.commands[-1] == f"landbridge failure show {failure}"


def test_every_failure_has_a_sample() -> None:
    assert {failure for failure, _ in SAMPLES} == set(FAILURES)
    assert {failure for _, wanted, _, _ in pasted.TEXTS for failure in wanted} == set(FAILURES)


@pytest.mark.parametrize(
    ("wanted", "causes", "text"), [one[1:] for one in pasted.TEXTS], ids=[one[0] for one in pasted.TEXTS]
)
def test_a_pasted_text_nominates_its_failure_first(wanted: tuple[str, ...], causes: tuple[str, ...], text: str) -> None:
    first = explain(text).hypotheses[0]
    assert first.failure.id in wanted
    assert first.confidence == POSSIBLE
    assert first.evidence
    assert not causes or set(causes) & {cause.id for cause in first.causes}


@pytest.mark.parametrize("text", [text for _, text in pasted.HARMLESS], ids=[name for name, _ in pasted.HARMLESS])
def test_a_harmless_paste_nominates_nothing(text: str) -> None:
    assert failures(explain(text)) == []


def test_a_wrapped_line_is_quoted_with_the_line_where_it_begins() -> None:
    quote = explain("something\n> Backend status could not be\n> determined.\n").hypotheses[0].evidence[0]
    assert quote.line == 2
    assert "could not be determined" in quote.text


def test_a_log_is_not_looked_at_for_misread_words() -> None:
    wrapped = "Backend status could not be\ndetermined.\n"
    assert failures(explain(wrapped)) == ["avail.undetermined"]
    assert failures(explain("all is well\n" * 10_000 + wrapped)) == []


def test_what_fits_several_sides_is_first_told_for_the_side_that_is_called() -> None:
    refusal = "HTTP/1.1 403 Forbidden\nX-CSRF-Token: Required\n"
    assert failures(explain(refusal))[0] == "outbound.csrf-403"
    assert failures(explain("> POST /http/orders HTTP/1.1\n" + refusal))[0] == "inbound.http-403"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_nominates_nothing(text: str) -> None:
    found = explain(text)
    assert failures(found) == []
    assert found.named == ()


def test_the_innermost_cause_of_a_stack_trace_comes_before_its_wrapper() -> None:
    text = "com.sap.x.ConversionException: OSCI issue\n" + JAVA_TRUST
    assert failures(explain(text))[0] == "outbound.cert-path"


def test_the_receiver_is_not_the_sender() -> None:
    found = failures(explain("HTTP response '401: Unauthorized' when communicating with https://erp.test/"))
    assert "inbound.http-401" not in found
    assert "dest.401" not in found


def test_a_status_alone_is_enough_to_ask() -> None:
    assert failures(explain("411")) == ["outbound.http-411"]


def test_a_message_that_names_another_log_is_not_classified() -> None:
    found = explain("HTTP/1.1 500 Internal Server Error\n\nThe MPL ID for the failed message is : AGF401xyz")
    assert found.hypotheses == ()
    assert any("open that log" in note for note in found.notes)


def answer(code: str, **params: str) -> str:
    occurrence = fault(code, **params)
    head = "\r\n".join(f"{name}: {value}" for name, value in error_headers(occurrence, "4711-abc").items())
    return f"HTTP/1.1 {occurrence.kind.status} X\r\n{head}\r\n\r\n{occurrence.body}"


def test_an_answer_of_ours_names_its_cause() -> None:
    found = explain(answer("tunnel.unknown-location", subaccount="acme", location="x", connected="'y'"))
    assert [(named.kind.code, named.request_id) for named in found.named] == [("tunnel.unknown-location", "4711-abc")]
    assert failures(found) == ["conn.503", "outbound.http-503"]
    for guess in found.hypotheses:
        assert guess.confidence == NAMED
        assert [cause.id for cause in guess.causes] == ["wrong-location"]


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_fault_is_recognised_in_headers_json_and_on_the_terminal(code: str) -> None:
    kind = CATALOGUE[code]
    occurrence = fault(code, **dict.fromkeys(kind.fields, "x"))
    body = problem(occurrence, "r-1")
    for text in (
        f"X-Internal-Error-Code: {code}",
        "{" + ", ".join(f'"{name}": "{value}"' for name, value in body.items() if name != "ErrorMessage") + "}",
        f"error: something\n  code: {code}\n  do: something",
        f"{kind.status} {code} - something",
    ):
        found = explain(text)
        assert [named.kind.code for named in found.named] == [code], text
        proven = {(guess.failure.id, cause.id) for guess in found.hypotheses for cause in guess.causes
                  if guess.confidence == NAMED}  # fmt: skip
        assert proven == set(kind.proves)


@pytest.mark.parametrize(
    "text", ["http://proxy.example.test/", "store.full.example", "if (file.exists()) { store.busy }"]
)
def test_a_host_or_a_program_is_no_fault(text: str) -> None:
    assert explain(text).named == ()


def test_a_foreign_code_in_our_header_is_said_to_be_foreign() -> None:
    found = explain("HTTP/1.1 503 X\nX-Internal-Error-Code: 4242\n")
    assert found.named == ()
    assert any("another program" in note for note in found.notes)


def test_an_answer_without_our_headers_is_said_to_be_another_ones() -> None:
    assert any("none of landbridge's headers" in note for note in explain("HTTP/1.1 404 Not Found\n\n").notes)


def test_who_answered_is_told() -> None:
    found = explain('HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm="SAP NetWeaver [ABC/100]"\n')
    assert any("ABC/100" in clue and "not a proxy" in clue for clue in found.clues)


def test_names_in_the_text_are_filled_into_the_commands() -> None:
    text = (
        "no SAP Cloud Connector (SCC) connected to your subaccount matching the requested tunnel for subaccount 'acme'"
    )
    found = explain(text)
    assert "landbridge destination show NAME --subaccount acme" in found.hypotheses[0].commands


SECRETS = (
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl",
    "hunter2secret",
)


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer {secret} 401 Unauthorized",
        "status 401 password={secret}",
        '{{"status": 401, "clientSecret": "{secret}"}}',
        "status=401 url=https://user:{secret}@erp.test/",
        "HTTP/1.1 401 Unauthorized; Cookie: session={secret}",
        "<status>HTTP 401</status><Password>{secret}</Password>",
        "status 401 token: '{secret}'",
    ],
)
@pytest.mark.parametrize("secret", SECRETS)
def test_evidence_holds_no_secret(line: str, secret: str) -> None:
    text = line.format(secret=secret)
    found = explain(text)
    assert found.hypotheses
    assert secret not in str(found.as_json())


def test_a_long_log_keeps_line_numbers_and_finds_the_needle() -> None:
    noise = "2025-11-21 10:00:00 INFO id=4010403 all is well, 200 rows in 404 ms\n"
    pieces = [noise.encode() * 5000] * 4 + [b"java.net.UnknownHostException: erp\n"] + [noise.encode() * 100]
    found = explain(iter(pieces))
    assert found.lines == 20_101
    assert found.hypotheses[0].evidence[0].line == 20_001


def test_what_is_cut_between_two_pieces_is_found() -> None:
    assert failures(explain([b"PKIX path build", b"ing failed"]))[0] == "outbound.cert-path"


def test_one_endless_line_is_read_to_its_end() -> None:
    text = "x" * 3_000_000 + " PKIX path building failed " + "y" * 100_000
    assert failures(explain(text))[0] == "outbound.cert-path"


def test_a_text_that_is_full_of_marks_does_not_hide_what_counts() -> None:
    found = explain(
        "HTTP 4011 status 4x04 certificate has expired tls \n" * 100_000 + "java.net.UnknownHostException\n"
    )
    assert found.lines == 100_001
    assert failures(found)[0] == "inbound.icm-connection-failed"
    assert any("not all of it" in note for note in found.notes)


@given(st.text() | st.binary())
def test_any_text_is_taken(text: str | bytes) -> None:
    assert explain(text).lines >= 0


@given(st.lists(st.sampled_from([mark for row in SYMPTOMS for mark in row.marks]), max_size=30))
def test_any_mixture_of_marks_is_taken(marks: list[bytes]) -> None:
    found = explain(b" ".join(marks))
    assert all(guess.confidence == POSSIBLE for guess in found.hypotheses if guess.ground)


def repeats(node: Any) -> Iterator[Any]:
    """The upper bounds of all repetitions in a parsed pattern."""
    if isinstance(node, parser.SubPattern | list | tuple):
        items = list(node)
        if len(items) == 2 and items[0] in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            yield items[1][1]
        for item in items:
            yield from repeats(item)


@pytest.mark.parametrize("row", SYMPTOMS, ids=lambda row: row.name)
def test_no_pattern_repeats_without_end(row: Symptom) -> None:
    assert all(bound is not constants.MAXREPEAT for bound in repeats(parser.parse(row.pattern.pattern)))


@pytest.mark.parametrize("row", SYMPTOMS, ids=lambda row: row.name)
def test_a_row_points_at_failures_and_causes_that_exist(row: Symptom) -> None:
    assert row.pointers
    for pointer in row.pointers:
        FAILURES[pointer.failure].pick(*pointer.causes)


@pytest.mark.parametrize("row", SYMPTOMS, ids=lambda row: row.name)
def test_marks_are_in_lower_case_and_no_row_is_there_twice(row: Symptom) -> None:
    assert all(mark == mark.lower() for mark in row.marks)
    assert [other.name for other in SYMPTOMS].count(row.name) == 1


@pytest.mark.parametrize("status", range(400, 600))
@pytest.mark.parametrize(
    "line", ["status code {}", 'Response returned: "{}"', "x /destination-configuration/v1/ HTTP/1.1 {}"]
)
def test_every_status_points_at_failures_that_exist(line: str, status: int) -> None:
    found = find_status(line.format(status))
    assert found is not None
    assert found.status == status
    for pointer in found.pointers:
        FAILURES[pointer.failure].pick(*pointer.causes)
