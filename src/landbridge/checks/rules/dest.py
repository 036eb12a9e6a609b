"""dest.401, dest.403, dest.404: the Destination service does not hand the destination out (rows 31 to 33)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import ClaimsSeen, DestinationSeen, TokenRetrieved
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import proves

SERVICE = "Destination service"
_CERTIFICATE = "certificate.not-found"


def _code(evidence: Evidence) -> str:
    """The fault with which the destination was not found, or its certificate was not."""
    seen = evidence.first(DestinationSeen)
    if seen is not None and seen.code:
        return seen.code
    missing = _missing(evidence)
    return _CERTIFICATE if missing else ""


def _about(failure: str, *more: str) -> Callable[[Evidence], bool]:
    """Whether a fault is one of that failure."""

    def applies(evidence: Evidence) -> bool:
        code = _code(evidence)
        return bool(code) and (code in more or any(proves(code, failure, cause) for cause in _CAUSES[failure]))

    return applies


_CAUSES = {
    "dest.401": ("missing", "malformed", "expired", "signature-or-issuer", "audience"),
    "dest.403": ("scope-lacking", "other-tenant", "viewer-writes", "wrong-level"),
    "dest.404": ("name-or-level", "fragment-name"),
}


def _by_fault(failure: str, cause: str) -> Callable[[Evidence], Verdict]:
    def judge(evidence: Evidence) -> Verdict:
        code = _code(evidence)
        return Holds(_saw(evidence)) if proves(code, failure, cause) else Not(f"the service answers with {code}")

    return judge


def _saw(evidence: Evidence) -> tuple[str, ...]:
    seen = evidence.first(DestinationSeen)
    assert seen is not None
    token = next((one for one in evidence.all(ClaimsSeen) if one.purpose == "service"), None)
    return (f"the service says {seen.code}: {seen.reason}", *((token.line,) if token is not None else ()))


def _name(evidence: Evidence) -> Verdict:
    """Written otherwise, or on another level."""
    seen = evidence.first(DestinationSeen)
    if seen is None or seen.code != "destination.not-found":
        return Not("the destination is there")
    own = [place for place in seen.elsewhere if "subaccount" not in place]
    if (_elsewhere(seen) and not own and not seen.similar) or (seen.deleted and not own and not seen.similar):
        return None
    near = (f"there is {', '.join(seen.similar)}",) if seen.similar else ()
    level = (f"one of that name is on the level of {', '.join(own)}",) if own else ()
    nothing = ("there is nothing of a similar name, here or elsewhere",) if not near and not level else ()
    action = f"Call it {seen.similar[0]}." if seen.similar else ""
    return Holds((seen.reason, *near, *level, *nothing), action=action)


def _other_tenant(evidence: Evidence) -> Verdict:
    """Another subaccount has it."""
    seen = evidence.first(DestinationSeen)
    if seen is None or seen.code != "destination.not-found":
        return Not("the destination is there")
    places = _elsewhere(seen)
    if not places:
        return Not("no other subaccount has a destination of that name")
    if len(places) < len(seen.elsewhere) or seen.similar:
        return None
    return Holds((f"{', '.join(places)} has a destination of that name",))


def _deleted(evidence: Evidence) -> Verdict:
    """It was there."""
    seen = evidence.first(DestinationSeen)
    if seen is None or seen.code != "destination.not-found":
        return Not("the destination is there")
    if not seen.deleted:
        return Not("no record says that it was deleted")
    if seen.similar or seen.elsewhere:
        return None
    when = datetime.fromtimestamp(seen.deleted, UTC).isoformat(timespec="seconds")
    return Holds((f"the audit records say that it was deleted at {when}",))


def _certificate(evidence: Evidence) -> Verdict:
    """Its key store is missing."""
    names = _missing(evidence)
    if not names:
        return Not("no certificate is missed")
    return Holds(tuple(f"the destination names {name}, which is not there" for name in names))


def _missing(evidence: Evidence) -> list[str]:
    """Certificates that are named and not there."""
    seen = evidence.first(DestinationSeen)
    named = list(seen.missing) if seen is not None else []
    said = [one.reason for one in evidence.all(TokenRetrieved) if one.code == _CERTIFICATE]
    return named or said


def _elsewhere(seen: DestinationSeen) -> list[str]:
    """Other subaccounts, or instances in them, that have one of that name."""
    return [place for place in seen.elsewhere if "subaccount" in place]


TOKEN, WHO, WHERE = Layer.TOKEN, Layer.AUTHORISATION, Layer.DESTINATION

BOOKS = (
    Book(
        "dest.401",
        _about("dest.401"),
        tuple(Rule(one, TOKEN, SERVICE, _by_fault("dest.401", one)) for one in _CAUSES["dest.401"]),
    ),
    Book(
        "dest.403",
        _about("dest.403"),
        tuple(Rule(one, WHO, SERVICE, _by_fault("dest.403", one)) for one in _CAUSES["dest.403"]),
    ),
    Book(
        "dest.404",
        _about("dest.404", _CERTIFICATE),
        (
            Rule("name-or-level", WHERE, SERVICE, _name),
            Rule("fragment-name", WHERE, SERVICE, _by_fault("dest.404", "fragment-name")),
            Rule("certificate-name", WHERE, SERVICE, _certificate),
            Rule("other-tenant", WHERE, SERVICE, _other_tenant),
            Rule("deleted", WHERE, SERVICE, _deleted),
        ),
    ),
)
