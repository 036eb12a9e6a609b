"""outbound.osci-conversion: an answer is not the OData that was expected (failure-catalogue, row 14)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import ODataDescribed
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.check_2xx3xx import login_seen
from landbridge.checks.rules.http import decisive, emitter, last, said


def _applies(evidence: Evidence) -> bool:
    answer = decisive(evidence)
    return evidence.target.protocol == "odata" and answer is not None and 200 <= answer.status < 300


def _described(evidence: Evidence, part: str) -> ODataDescribed | None:
    return next((one for one in reversed(evidence.all(ODataDescribed)) if one.part == part), None)


def not_odata(evidence: Evidence) -> Verdict:
    """The answer is something else than OData, and no login page."""
    answer, found = decisive(evidence), _described(evidence, "service")
    if answer is None or found is None or login_seen(evidence):
        return None
    if found.good:
        return Not(found.line)
    saw = (said(answer), f"Content-Type: {found.content_type or 'none'}", f"it begins with {answer.body[:120]!r}")
    return Holds(saw, emitter=emitter(answer))


def metadata_call(evidence: Evidence) -> Verdict:
    """The service answers, its metadata is refused or is none."""
    answer, found = last(evidence, "metadata"), _described(evidence, "metadata")
    service = _described(evidence, "service")
    if answer is None or service is None:
        return None
    if not service.good:
        return Not("the service itself is not OData")
    if not answer.status or answer.status >= 300:
        return Holds((service.line, said(answer)), emitter=emitter(answer))
    if found is not None and not found.good:
        return Holds((service.line, said(answer), found.line), emitter=emitter(answer))
    return Not("the metadata can be read")


BOOK = Book(
    "outbound.osci-conversion",
    _applies,
    (
        Rule("response-not-odata", Layer.CONTENT, "target", not_odata),
        Rule("metadata-call", Layer.ROUTE, "target", metadata_call),
    ),
)
