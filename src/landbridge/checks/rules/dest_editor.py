"""dest.ui-load: the editor of destinations stays empty (failure-catalogue, row 35). Judged by roles and answers."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import EditorSeen
from landbridge.checks.observations.destination import EditorCall
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict

SERVICE = "Destination service"
_DENIED = (401, 403)


def _seen(evidence: Evidence) -> EditorSeen:
    seen = evidence.first(EditorSeen)
    assert seen is not None
    return seen


def _applies(evidence: Evidence) -> bool:
    seen = evidence.first(EditorSeen)
    return seen is not None and not seen.good


def _refused(seen: EditorSeen, level: str) -> list[EditorCall]:
    return [one for one in _now(seen) if one.level == level and one.status in _DENIED]


def _now(seen: EditorSeen) -> tuple[EditorCall, ...]:
    """What the roles give today."""
    return seen.fresh or seen.calls


def _missing(evidence: Evidence) -> Verdict:
    """No role at all that would do."""
    seen = _seen(evidence)
    calls = [one for one in _now(seen) if one.level == "subaccount"]
    refused = _refused(seen, "subaccount")
    if len(refused) < len(calls):
        return Not("a list of the subaccount is given")
    roles = ", ".join(seen.roles) or "none"
    return Holds((f"all lists of the subaccount are refused; roles of {seen.person}: {roles}",))


def _half(evidence: Evidence) -> Verdict:
    """One of two."""
    seen = _seen(evidence)
    calls = [one for one in _now(seen) if one.level == "subaccount"]
    refused = _refused(seen, "subaccount")
    if not refused or len(refused) == len(calls):
        return Not("both lists of the subaccount are given" if not refused else "both lists are refused")
    names = ", ".join(one.what for one in refused)
    return Holds((f"{names} are refused, the other list is given; roles of {seen.person}: {', '.join(seen.roles)}",))


def _instance(evidence: Evidence) -> Verdict:
    """The subaccount's lists are there, the instance's are not."""
    seen = _seen(evidence)
    if _refused(seen, "subaccount") or not _refused(seen, "instance"):
        return Not("no list of an instance is refused while the subaccount's are given")
    return Holds((f"the subaccount's lists are given, the instance's are refused; roles: {', '.join(seen.roles)}",))


def _error(evidence: Evidence) -> Verdict:
    """A call behind it failed."""
    seen = _seen(evidence)
    failed = [one for one in seen.calls if not one.allowed and one.status not in _DENIED]
    if not failed:
        return Not("no call failed otherwise than for want of a role")
    return Holds(tuple(f"{one.what} of the {one.level}: {one.status} {one.code}".rstrip() for one in failed))


def _stale(evidence: Evidence) -> Verdict:
    """The session is older than the roles."""
    seen = _seen(evidence)
    if not seen.session:
        return None
    gained = [now for old, now in zip(seen.calls, seen.fresh, strict=False) if now.allowed and not old.allowed]
    if not gained:
        return Not("a fresh token is refused in the same way")
    names = ", ".join(f"{one.what} of the {one.level}" for one in gained)
    return Holds((f"with the token of the session {names} are refused, with a fresh one they are given",))


WHO = Layer.AUTHORISATION

BOOK = Book(
    "dest.ui-load",
    _applies,
    (
        Rule("stale-session", Layer.SESSION, SERVICE, _stale),
        Rule("roles-missing", WHO, SERVICE, _missing),
        Rule("half-of-the-pair", WHO, SERVICE, _half),
        Rule("instance-roles", WHO, SERVICE, _instance),
        Rule("api-error", Layer.APPLICATION, SERVICE, _error),
    ),
)
