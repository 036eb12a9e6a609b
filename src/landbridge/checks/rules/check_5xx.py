"""check.5xx: the target, or something before it, failed (failure-catalogue, row 38)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import ConnectorsListed, DoorAnswered, SoapDescribed
from landbridge.checks.rules import outbound_http_411
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.check_2xx3xx import lost_at_login
from landbridge.checks.rules.http import OURS, decisive, emitter, is_ours, said, way
from landbridge.checks.rules.http_sentences import sentence
from landbridge.checks.rules.own_answers import pair_of
from landbridge.faults import CATALOGUE, Origin

_TLS = frozenset(("tls", "untrusted"))


def _applies(evidence: Evidence) -> bool:
    """Without TLS trouble (outbound.cert-path), 503 of the target (outbound.http-503), and what names itself."""
    answer = decisive(evidence)
    if answer is None:
        return _unnamed(evidence) is not None
    if lost_at_login(evidence) is not None:
        return False  # a redirect to a login was followed, which is what is wrong (check.2xx3xx)
    if answer.problem:
        return answer.problem not in _TLS
    if any(one.part == "message" and one.good for one in evidence.all(SoapDescribed)):
        return False  # a fault of SOAP comes with 500, and is an answer
    if outbound_http_411.BOOK.holds(evidence):
        return False  # it is about the length of the body
    return answer.status >= 500 and (answer.status != 503 or is_ours(answer)) and pair_of(answer) is None


def _unnamed(evidence: Evidence) -> DoorAnswered | None:
    """Our own error in answer to a request through a connector, where no other failure has a name for it."""
    met, listed = evidence.first(DoorAnswered), evidence.first(ConnectorsListed)
    if listed is not None and not listed.good:
        return None
    kind = CATALOGUE.get(met.code) if met is not None and met.status >= 500 else None
    return met if kind is not None and not kind.proves and kind.origin is not Origin.BACKEND else None


def _server_error(evidence: Evidence) -> Verdict:
    answer = decisive(evidence)
    if answer is None:
        met = _unnamed(evidence)
        return None if met is None else Not(f"the {met.origin} answered, not the target")
    if answer.problem:
        return Not("there is no status at all")
    if is_ours(answer):
        return Not(f"{emitter(answer)} answered, not the target")
    page = (f"it says {answer.body!r}",) if answer.body else ()
    return Holds((said(answer), sentence(answer.status), *way(answer), *page), emitter=emitter(answer))


def _from_connectivity(evidence: Evidence) -> Verdict:
    answer = decisive(evidence)
    met = _unnamed(evidence)
    if answer is None and met is not None:
        kind = CATALOGUE[met.code]
        saw = (met.line, f"the answer was made on the way, by the {met.origin}")
        return Holds(saw, emitter=met.origin, action=kind.action)
    if answer is None:
        return None
    if is_ours(answer):
        code = answer.header(OURS)
        return Holds(
            (said(answer), f"{emitter(answer)} says {code}: {answer.header('x-error-message')}"),
            emitter=emitter(answer),
            action=f"Do what 'landbridge fault show {code}' says.",
        )
    return Not("the answer has no headers of the connectivity service")


def _no_answer(evidence: Evidence) -> Verdict:
    answer = decisive(evidence)
    if answer is None:
        return None if _unnamed(evidence) is None else Not("there is a status")
    if not answer.problem:
        return Not(f"there is a status, {answer.status}")
    action = ""
    if answer.problem == "not-http":
        action = "Correct scheme or port: what listens there speaks another protocol."
    elif answer.problem in ("loop", "far"):
        action = "Call the address behind the redirects directly, with a logon where they lead to one."
    return Holds((answer.line,), action=action)


BOOK = Book(
    "check.5xx",
    _applies,
    (
        Rule("server-error", Layer.APPLICATION, "target", _server_error),
        Rule("from-connectivity", Layer.TUNNEL, "landbridge", _from_connectivity),
        Rule("no-answer", Layer.PROTOCOL, "target", _no_answer),
    ),
)
