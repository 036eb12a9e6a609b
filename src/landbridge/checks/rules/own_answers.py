"""Answers of landbridge itself, met over HTTP: they carry the name of what happened, so nothing has to be measured."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import HttpAnswer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.http import OURS, decisive, emitter, is_ours, said
from landbridge.faults import CATALOGUE

_LAYERS = {407: Layer.PROXY, 401: Layer.AUTHENTICATION, 403: Layer.MAPPING}


def pair_of(answer: HttpAnswer) -> tuple[str, str] | None:
    """Failure and cause that an answer of ours proves; None when it proves none, or is not ours."""
    kind = CATALOGUE.get(answer.header(OURS))
    return kind.proves[0] if kind is not None and kind.proves else None


def _met(evidence: Evidence) -> HttpAnswer | None:
    answer = decisive(evidence)
    return answer if answer is not None and is_ours(answer) else None


def _is(pair: tuple[str, str]) -> Callable[[Evidence], Verdict]:
    def judge(evidence: Evidence) -> Verdict:
        answer = _met(evidence)
        if answer is None:
            return None
        code = answer.header(OURS)
        if pair_of(answer) != pair:
            return Not(f"the answer says {code}")
        saw = (said(answer), f"X-Internal-Error-Code: {code}", answer.header("x-error-message"))
        return Holds(tuple(filter(None, saw)), emitter=emitter(answer), action=CATALOGUE[code].action)

    return judge


def _applies(failure: str) -> Callable[[Evidence], bool]:
    def applies(evidence: Evidence) -> bool:
        answer = _met(evidence)
        pair = pair_of(answer) if answer is not None else None
        return pair is not None and pair[0] == failure

    return applies


def _book(failure: str) -> Book:
    causes = {kind.proves[0]: kind for kind in CATALOGUE.values() if kind.proves and kind.proves[0][0] == failure}
    rules = [
        Rule(pair[1], _LAYERS.get(kind.status, Layer.TUNNEL), "landbridge", _is(pair)) for pair, kind in causes.items()
    ]
    return Book(failure, _applies(failure), tuple(rules))


BOOKS = tuple(_book(name) for name in dict.fromkeys(kind.proves[0][0] for kind in CATALOGUE.values() if kind.proves))
"""One for each failure that an answer of ours can prove."""
