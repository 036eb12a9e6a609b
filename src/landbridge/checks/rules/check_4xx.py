"""check.4xx: the target is there and does not like the request (failure-catalogue, row 37)."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import HttpAnswer, SoapDescribed
from landbridge.checks.rules import conn_401, outbound_csrf_403, outbound_http_401, outbound_http_411, token_inside
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.check_2xx3xx import lost_at_login
from landbridge.checks.rules.http import decisive, emitter, offered, said, way
from landbridge.checks.rules.http_sentences import sentence
from landbridge.checks.rules.own_answers import pair_of

_OWN = frozenset((401, 403, 405, 407, 429))
"""Statuses that have a cause of their own."""
_CLOSER = (outbound_http_401.BOOK, outbound_csrf_403.BOOK, outbound_http_411.BOOK, conn_401.BOOK, token_inside.BOOK)
"""Failures that say more about the same answer; where one of them applies, this one keeps silent."""


def _applies(evidence: Evidence) -> bool:
    answer = decisive(evidence)
    if answer is None or not 400 <= answer.status < 500 or pair_of(answer) is not None:
        return False
    if evidence.target.location and answer.status == 403:
        return False
    if answer.status == 400 and any(one.part == "message" and one.good for one in evidence.all(SoapDescribed)):
        return False  # a fault of SOAP 1.2 that is the sender's comes with 400, and is an answer
    return lost_at_login(evidence) is None and not any(book.holds(evidence) for book in _CLOSER)


def _saw(answer: HttpAnswer) -> tuple[str, ...]:
    return (said(answer), sentence(answer.status), *way(answer))


def _status(wanted: int, action: Callable[[HttpAnswer], str] = lambda answer: "") -> Callable[[Evidence], Verdict]:
    def judge(evidence: Evidence) -> Verdict:
        answer = decisive(evidence)
        if answer is None:
            return None
        if answer.status == wanted:
            return Holds(_saw(answer), emitter=emitter(answer), action=action(answer))
        return Not(f"the status is {answer.status}")

    return judge


def _logon_action(answer: HttpAnswer) -> str:
    ways = ", ".join(f"{one.scheme} {one.realm!r}" if one.realm else one.scheme for one in offered(answer))
    return f"Configure one of the logons that it offers: {ways}." if ways else ""


def _throttle_action(answer: HttpAnswer) -> str:
    after = answer.header("retry-after")
    return f"Wait as long as it says (Retry-After: {after}) and ask less often." if after else ""


def _other(evidence: Evidence) -> Verdict:
    answer = decisive(evidence)
    if answer is None:
        return None
    if answer.status in _OWN:
        return Not(f"{answer.status} is about something else")
    return Holds(_saw(answer), emitter=emitter(answer))


def _method_action(answer: HttpAnswer) -> str:
    allowed = answer.header("allow")
    return f"Ignore it if real requests pass; it allows {allowed}." if allowed else ""


BOOK = Book(
    "check.4xx",
    _applies,
    (
        Rule("proxy-authentication", Layer.PROXY, "proxy", _status(407)),
        Rule("not-authenticated", Layer.AUTHENTICATION, "target", _status(401, _logon_action)),
        Rule("forbidden", Layer.AUTHORISATION, "target", _status(403)),
        Rule("method", Layer.ROUTE, "target", _status(405, _method_action)),
        Rule("throttled", Layer.APPLICATION, "target", _status(429, _throttle_action)),
        Rule("url-incomplete", Layer.ROUTE, "target", _other),
    ),
)
