"""outbound.http-503: the service is not available (failure-catalogue, row 19, the causes at the target)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import HttpAnswer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.http import answers, decisive, emitter, is_ours, protection, said, way


def unavailable(evidence: Evidence) -> HttpAnswer | None:
    """The 503 that is to be explained: one of the target's side, not of ours."""
    answer = decisive(evidence)
    return answer if answer is not None and answer.status == 503 and not is_ours(answer) else None


def external_waf(evidence: Evidence) -> Verdict:
    """A protection or delivery network before the target answers."""
    answer = unavailable(evidence)
    if answer is None:
        return None
    who = protection(answer)
    if not who:
        return Not("the answer has no mark of a protection")
    saw = (said(answer), f"its headers are those of {who}")
    return Holds(saw, Confidence.CONSISTENT, who, f"Ask the owner of the target, who runs {who}, to admit the caller.")


def overload(evidence: Evidence) -> Verdict:
    """The target says when to come again, or is there now and then."""
    answer = unavailable(evidence)
    if answer is None:
        return None
    if protection(answer):
        return Not(f"{protection(answer)} answered")
    after = answer.header("retry-after")
    others = [one for one in answers(evidence, "again") if one.status]
    there = next((one for one in others if one.status < 500 and one.method == answer.method), None)
    if there is not None:
        return Holds((said(answer), f"the same again: {there.status} {there.phrase}".rstrip()), emitter=emitter(answer))
    if after:
        saw = (said(answer), f"Retry-After: {after}")
        return Holds(
            saw,
            emitter=emitter(answer),
            action=f"Wait as it says (Retry-After: {after}), then retry with growing pauses.",
        )
    return Not(f"{len(others) + 1} requests got the same answer, and it does not say when to come again")


def web_tier(evidence: Evidence) -> Verdict:
    """Whatever stands before the application answers for it, steadily."""
    answer = unavailable(evidence)
    if answer is None:
        return None
    for other in (external_waf, overload):
        found = other(evidence)
        if isinstance(found, Holds):
            return Not(found.evidence[-1])
    server = answer.header("server")
    who = (f"Server: {server}",) if server else ()
    body = next((one.body for one in answers(evidence, "again") if one.body), answer.body)
    page = (f"it says {body!r}",) if body else ()
    return Holds((said(answer), *who, *way(answer), *page), Confidence.CONSISTENT, emitter(answer))


BOOK = Book(
    "outbound.http-503",
    lambda evidence: unavailable(evidence) is not None,
    (
        Rule("external-waf", Layer.PROXY, "protection", external_waf),
        Rule("maintenance-or-overload", Layer.APPLICATION, "target", overload),
        Rule("backend-down-web-tier", Layer.APPLICATION, "target", web_tier),
    ),
)
