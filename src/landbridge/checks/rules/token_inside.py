"""check.2xx3xx/token-error-inside: the find call answers 200, and the token in it is an error (rows 36 and 34)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import DestinationSeen, TokenRetrieved
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.faults import CATALOGUE


def _failed(evidence: Evidence) -> TokenRetrieved | None:
    return next((one for one in evidence.all(TokenRetrieved) if one.code and one.code != "certificate.not-found"), None)


def _applies(evidence: Evidence) -> bool:
    seen = evidence.first(DestinationSeen)
    return seen is not None and seen.good and _failed(evidence) is not None


def _inside(evidence: Evidence) -> Verdict:
    failed = _failed(evidence)
    if failed is None:
        return None
    kind = CATALOGUE.get(failed.code)
    action = f"Do what 'landbridge fault show {failed.code}' says." if kind is not None else ""
    said = f"the destination is found, and its token is an error, {failed.code}: {failed.reason}"
    return Holds((said,), emitter="token service", action=action)


def _reachable(evidence: Evidence) -> Verdict:
    return Not("no request was sent: its token is missing")


BOOK = Book(
    "check.2xx3xx",
    _applies,
    (
        Rule("token-error-inside", Layer.TOKEN, "Destination service", _inside),
        Rule("reachable", Layer.APPLICATION, "target", _reachable),
    ),
)
