"""What stands in the way of files, once the user is logged on."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import SftpPath
from landbridge.checks.rules.book import Holds, Not, Verdict

_READING = frozenset(("home", "look", "list"))


def directory(evidence: Evidence) -> Verdict:
    """A part of the path is not there."""
    seen = evidence.all(SftpPath)
    if not seen:
        return None
    home = next((one.path for one in seen if one.act == "home"), ".")
    for one in seen:
        if one.act in ("look", "list") and one.problem in ("no-such-file", "failure"):
            sure = Confidence.PROVEN if one.problem == "no-such-file" else Confidence.CONSISTENT
            there = [other.path for other in seen if other.act == "look" and other.good]
            said = (f"{one.path} is not there", f"the login folder is {home}", f"there is: {', '.join(there) or home}")
            return Holds(said, sure)
    return Not("every part of the path is there") if any(one.act == "look" and one.good for one in seen) else None


def permission(evidence: Evidence) -> Verdict:
    """The user may not read there, not write there, or not use SFTP at all."""
    seen = evidence.all(SftpPath)
    if not seen:
        return None
    for one in seen:
        if one.problem == "no-sftp":
            return Holds(("the user is logged on, and the server gives no SFTP",))
        if one.problem == "permission" and one.act in (*_READING, "create"):
            return Holds((f"{one.act} {one.path}: permission denied",))
        if one.problem == "failure" and one.act == "create":
            return Holds((f"create {one.path}: the server fails",), Confidence.CONSISTENT)
    return Not("what was tried is permitted") if any(one.act == "list" and one.good for one in seen) else None


def processed_stays(evidence: Evidence) -> Verdict:
    """A file can be made, and neither moved nor removed."""
    for one in evidence.all(SftpPath):
        if one.act in ("rename", "remove"):
            if one.problem:
                return Holds((f"{one.act} {one.path}: {one.problem}",))
            if one.act == "remove":
                return Not("a file was renamed and removed")
    return None


def cut(evidence: Evidence) -> Verdict:
    """The session ends, or stops to answer, while files are looked at."""
    seen = evidence.all(SftpPath)
    for one in seen:
        if one.problem == "lost":
            return Holds((f"{one.act} {one.path}: the session ended",))
        if one.problem == "timeout":
            return Holds((f"{one.act} {one.path}: no answer in time",), Confidence.CONSISTENT)
    return Not("the session lasted as long as it was needed") if seen else None
