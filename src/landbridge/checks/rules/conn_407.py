"""conn.407: the proxy does not accept who calls (failure-catalogue, row 27)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import Way, met, proves, through_connector, way

FAILURE = "conn.407"
TOLERANCE = 60.0
"""Seconds by which clocks may differ."""


def _applies(evidence: Evidence) -> bool:
    code = way(evidence).door_code
    return through_connector(evidence) and code.startswith("proxy.") and code != "proxy.https-unsupported"


def _by_fault(cause: str, unless: Callable[[Way], bool] = lambda seen: False) -> Callable[[Evidence], Verdict]:
    def judge(evidence: Evidence) -> Verdict:
        seen = way(evidence)
        if not proves(seen.door_code, FAILURE, cause):
            return Not(f"traffic gets {seen.door_code}")
        return None if unless(seen) else Holds((met(seen.door_code), *_told(seen)))

    return judge


def _is_identity(seen: Way) -> bool:
    """A token of Identity Authentication that was not made for the service."""
    token = seen.claims("proxy")
    return seen.door_code == "proxy.token-wrong-client" and token is not None and token.is_identity_token


def _is_early(seen: Way) -> bool:
    """A token from the future."""
    token = seen.claims("proxy")
    return token is not None and max(token.issued, token.begins) > seen.evidence.at + TOLERANCE


def _without_resource(evidence: Evidence) -> Verdict:
    seen = way(evidence)
    if not _is_identity(seen):
        return Not("the token is none of an identity provider that lacks the service")
    token = seen.claims("proxy")
    audience = ", ".join(token.audience) if token is not None and token.audience else "nobody"
    return Holds((f"the token is for {audience}, not for the connectivity service", met(seen.door_code)))


def _skewed(evidence: Evidence) -> Verdict:
    seen = way(evidence)
    token = seen.claims("proxy")
    if not _is_early(seen) or token is None:
        return Not("the token does not come from the future")
    begins = max(token.issued, token.begins)
    ahead = begins - evidence.at
    return Holds((f"the token begins at {_moment(begins)}, {ahead:.0f} seconds from now", met(seen.door_code)))


def _told(seen: Way) -> tuple[str, ...]:
    token = seen.claims("proxy")
    if token is None:
        return ()
    ends = (f"it ends at {_moment(token.expires)}",) if token.expires else ()
    return (token.line, *ends) if token.present and token.readable else (token.line,)


def _moment(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"second {seconds:g}"


DOOR, GATEWAY = Layer.PROXY, "gateway"

BOOK = Book(
    FAILURE,
    _applies,
    (
        Rule("header-missing", DOOR, GATEWAY, _by_fault("header-missing")),
        Rule("not-bearer", DOOR, GATEWAY, _by_fault("not-bearer")),
        Rule("expired", DOOR, GATEWAY, _by_fault("expired")),
        Rule("wrong-audience", DOOR, GATEWAY, _by_fault("wrong-audience", _is_identity)),
        Rule("signature-or-issuer", DOOR, GATEWAY, _by_fault("signature-or-issuer", _is_early)),
        Rule("ias-without-resource", DOOR, GATEWAY, _without_resource),
        Rule("clock-skew", DOOR, GATEWAY, _skewed),
    ),
)
