"""Why a directory refuses a bind: its result code (RFC 4511 §4.1.9), and the number that Active Directory adds."""

from __future__ import annotations

import re

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import LogonTried
from landbridge.checks.rules.book import Holds, Not, Verdict

_REFERRAL = 10
_INVALID_CREDENTIALS = 49
_NAME_OR_USER = {32: "there is no such entry", 34: "the name is none", 53: "the directory is unwilling"}
"""Results that are about the user's entry: often a name that is not in the form of the directory, or a user that may
not log on."""
_DETAIL = re.compile(r"\bdata ([0-9a-fA-F]{1,5})\b")
"""In the diagnostic message of Active Directory: a Windows error in hexadecimal, the same in every language."""
_LOCKED = {0x775: "it is locked", 0x533: "it is disabled", 0x701: "it is over", 0x530: "not at this hour"}
_LOCKED |= {
    0x531: "not from this machine",
    0x532: "its password is over",
    0x773: "its password has to be changed first",
}
_UNLOCK = (
    "Have the account released, or its password renewed, by the owner of the directory; the password may be right."
)


def _tried(evidence: Evidence) -> LogonTried | None:
    """The bind that was refused."""
    tried = evidence.first(LogonTried)
    return tried if tried is not None and tried.mechanism and not tried.accepted else None


def _closed(tried: LogonTried) -> str:
    """Why the account is closed; empty when the directory does not say so."""
    found = _DETAIL.search(tried.text) if tried.code == _INVALID_CREDENTIALS else None
    return _LOCKED.get(int(found[1], 16), "") if found else ""


def locked(evidence: Evidence) -> Verdict:
    """The account is closed, whatever the password is."""
    tried = _tried(evidence)
    if tried is None:
        return None
    why = _closed(tried)
    if not why:
        return Not("the directory does not say that the account is closed")
    return Holds((f"{evidence.target.user}: {why}", tried.text), action=_UNLOCK)


def credentials(evidence: Evidence) -> Verdict:
    """Name or password are wrong."""
    tried = _tried(evidence)
    if tried is None:
        return None
    if why := _closed(tried):
        return Not(f"the account is known: {why}")
    said = f"{evidence.target.user} with {tried.mechanism}: {tried.text}"
    if tried.code == _INVALID_CREDENTIALS:
        # Active Directory would say it if the account were closed; others say no more than that.
        return Holds((said,), Confidence.PROVEN if _DETAIL.search(tried.text) else Confidence.CONSISTENT)
    if tried.code in _NAME_OR_USER:
        form = "Give the user as the directory names it (a distinguished name, or user@domain), and ask its owner."
        return Holds((said, _NAME_OR_USER[tried.code]), Confidence.CONSISTENT, action=form)
    return Not(f"the directory answers {tried.code}, not {_INVALID_CREDENTIALS}")


def referred(evidence: Evidence) -> Verdict:
    """The bind has to be made at another server."""
    tried = _tried(evidence)
    if tried is None:
        return None
    if tried.code != _REFERRAL:
        return Not("the directory refers to no other server")
    action = "Bind at the server that keeps the entry; this one refers to it."
    return Holds((f"{evidence.target.user}: {tried.text}, a referral",), action=action)
