"""From evidence to findings: every book that applies is asked, and what its other rules ruled out is kept."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.catalogue import FAILURES
from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence, Finding, RuledOut
from landbridge.checks.http_books import HTTP_BOOKS
from landbridge.checks.rules import (
    avail,
    avail_private,
    conn_401,
    conn_403,
    conn_407,
    conn_502,
    conn_503,
    conn_timeout_backend,
    conn_timeout_latency,
    conn_timeout_noconn,
    dest,
    dest_editor,
    dest_names,
    inbound_cert_validity,
    inbound_icm_connection_failed,
    inbound_peer_cert_untrusted,
    mail_and_directories,
    outbound_cert_path,
    outbound_sftp,
    outbound_smtp_port,
    token_inside,
)
from landbridge.checks.rules.book import Book, Holds, Not, Rule
from landbridge.faults import CATALOGUE

BOOKS: tuple[Book, ...] = (
    inbound_cert_validity.BOOK,
    inbound_icm_connection_failed.BOOK,
    inbound_peer_cert_untrusted.BOOK,
    *dest.BOOKS,
    dest_editor.BOOK,
    dest_editor.CHANGES,
    dest_names.BOOK,
    token_inside.BOOK,
    conn_407.BOOK,
    *conn_503.BOOKS,
    conn_timeout_noconn.BOOK,
    conn_timeout_latency.BOOK,
    conn_timeout_backend.BOOK,
    *avail.BOOKS,
    avail_private.BOOK,
    *conn_403.BOOKS,
    conn_502.BOOK,
    conn_401.BOOK,
    outbound_cert_path.BOOK,
    *HTTP_BOOKS,
    outbound_smtp_port.BOOK,
    outbound_sftp.BOOK,
    *mail_and_directories.BOOKS,
)

FAULTS = {pair: kind.code for kind in CATALOGUE.values() for pair in kind.proves}
"""Which fault traffic would get for a cause."""
UNNAMED = "check.finding"
_SURENESS = list(Confidence)


def diagnose(evidence: Evidence, books: Sequence[Book] = BOOKS) -> tuple[Finding, ...]:
    """The causes that evidence shows, the surest first and then the lowest layer."""
    findings = [finding for book in books for finding in _found(book, evidence)]
    return tuple(sorted(findings, key=lambda one: _SURENESS.index(one.confidence)))


def _found(book: Book, evidence: Evidence) -> list[Finding]:
    judged = list(book.judged(evidence))
    out = tuple(RuledOut(rule.cause, verdict.by) for rule, verdict in judged if isinstance(verdict, Not))
    return [_finding(book, rule, verdict, out) for rule, verdict in judged if isinstance(verdict, Holds)]


def _finding(book: Book, rule: Rule, verdict: Holds, out: tuple[RuledOut, ...]) -> Finding:
    cause = FAILURES[book.failure].cause(rule.cause)
    return Finding(
        fault=FAULTS.get((book.failure, rule.cause), UNNAMED),
        failure=book.failure,
        cause=rule.cause,
        confidence=verdict.confidence,
        emitter=verdict.emitter or rule.emitter,
        layer=rule.layer,
        evidence=verdict.evidence,
        action=verdict.action or cause.action,
        alternatives=out,
    )
