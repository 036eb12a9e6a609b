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
    return seen is not None and not seen.changes and not seen.good


def _applies_changes(evidence: Evidence) -> bool:
    seen = evidence.first(EditorSeen)
    return seen is not None and seen.changes and any(one.is_change and one.status in _DENIED for one in _now(seen))


def _levels(seen: EditorSeen, *, change: bool) -> set[str]:
    """The levels on which the person may see, or change, destinations."""
    kinds = [one for one in _now(seen) if one.allowed and one.what != "certificates"]
    return {one.level for one in kinds if one.is_change is change}


def _viewer(evidence: Evidence) -> Verdict:
    """May look, and not change."""
    seen = _seen(evidence)
    if not _levels(seen, change=False):
        return Not("destinations may not even be looked at")
    if _levels(seen, change=True):
        return Not("destinations of one level may be changed")
    roles = ", ".join(seen.roles)
    return Holds((f"{seen.person} may look at destinations and not change them; roles: {roles}",))


def _level(evidence: Evidence) -> Verdict:
    """May do it on the other level."""
    seen = _seen(evidence)
    there = _levels(seen, change=True)
    if not there:
        return Not("destinations of no level may be changed")
    return Holds((f"{seen.person} may change destinations of the {', '.join(sorted(there))} alone",))


def _scope(evidence: Evidence) -> Verdict:
    """May do nothing."""
    seen = _seen(evidence)
    if _levels(seen, change=False) or _levels(seen, change=True):
        return Not("destinations may be looked at")
    return Holds(
        (f"{seen.person} may neither look at destinations nor change them; roles: {', '.join(seen.roles) or 'none'}",)
    )


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
        return Not("not all lists of the subaccount are refused")
    roles = ", ".join(seen.roles) or "none"
    return Holds((f"all lists of the subaccount are refused; roles of {seen.person}: {roles}",))


def _half(evidence: Evidence) -> Verdict:
    """One of two."""
    seen = _seen(evidence)
    calls = [one for one in _now(seen) if one.level == "subaccount"]
    refused = _refused(seen, "subaccount")
    if not refused or len(refused) == len(calls):
        return Not("no list of the subaccount is refused" if not refused else "both lists are refused")
    names = ", ".join(one.what for one in refused)
    return Holds((f"{names} are refused, the other list is given; roles of {seen.person}: {', '.join(seen.roles)}",))


def _instance(evidence: Evidence) -> Verdict:
    """The subaccount's lists are there, the instance's are not."""
    seen = _seen(evidence)
    if _refused(seen, "subaccount") or not _refused(seen, "instance"):
        return Not("no list of an instance is refused while the subaccount's are given")
    codes = sorted({one.code for one in _refused(seen, "instance") if one.code})
    said = f"the subaccount's lists are given, the instance's are refused; roles: {', '.join(seen.roles)}"
    return Holds((said, *(f"the service says {code}" for code in codes)))


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

CHANGES = Book(
    "dest.403",
    _applies_changes,
    (
        Rule("viewer-writes", WHO, SERVICE, _viewer),
        Rule("wrong-level", WHO, SERVICE, _level),
        Rule("scope-lacking", WHO, SERVICE, _scope),
    ),
)
"""dest.403: somebody may not change destinations (row 32)."""

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
