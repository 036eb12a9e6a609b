"""Why a user is not let in: password, key, signature, or one of them alone."""

from __future__ import annotations

import re

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import SshLogin, SshMethods
from landbridge.checks.rules.book import Holds, Not, Verdict

_PASSED_ON = re.compile(r"[A-Za-z0-9_\-/?@!$'()*+,;=.~\[\]\\^`]*")
"""Characters of user names that channels pass on (integration §4.4)."""
_BY_PASSWORD = frozenset(("password", "keyboard-interactive"))


def password(evidence: Evidence) -> Verdict:
    """The password is not taken, or only a password would be."""
    refused = _refused(evidence)
    if not isinstance(refused, SshLogin):
        return refused
    if _partly(evidence, refused):
        return Not("the server wants two things, and one of them was taken")
    methods = _methods(evidence)
    if any(event.endswith("-sent") for event in refused.events):
        return Holds((f"{refused.user} was refused with the password", _offered(methods)))
    if methods and methods <= _BY_PASSWORD:
        return Holds((_offered(methods), "no password was given"), action="Give a password.")
    return Not("no password was sent")


def key(evidence: Evidence) -> Verdict:
    """The server does not know our key, or takes keys only."""
    refused = _refused(evidence)
    if not isinstance(refused, SshLogin):
        return refused
    methods = _methods(evidence)
    if "publickey" not in refused.given:
        if methods == {"publickey"}:
            return Holds((_offered(methods), "no key was given"), action="Give a key that the server knows.")
        return Not("no key was given")
    if "key-taken" in refused.events:
        return Not(f"the server knows the key {refused.key}")
    if _no_signature(refused):
        return Not("the key was never offered: there is no kind of signature in common")
    if methods and "publickey" not in methods:
        return Not("the server asks for no key")
    return Holds((f"the server does not know the {refused.key_kind} key {refused.key}", _offered(methods)))


def two_things(evidence: Evidence) -> Verdict:
    """The server wants a key and a password; one of them was taken and the other is missing or refused."""
    refused = _refused(evidence)
    if not isinstance(refused, SshLogin):
        return refused
    partly = _partly(evidence, refused)
    if not partly:
        return Not("nothing was taken in part")
    missing = "the password" if partly == "publickey" else "the key"
    state = "was refused" if {"publickey", "password"} <= set(refused.given) else "was not given"
    return Holds((f"the server took the {partly} and went on to ask", f"{missing} {state}"))


def signature(evidence: Evidence) -> Verdict:
    """The key may be known, but the server takes none of the signatures that it can make."""
    refused = _refused(evidence)
    if not isinstance(refused, SshLogin):
        return refused
    if "publickey" not in refused.given:
        return Not("no key was given")
    if _no_signature(refused):
        said = f"the server takes {', '.join(refused.signatures) or 'ssh-rsa alone, for it names nothing newer'}"
        sure = Confidence.PROVEN if refused.signatures else Confidence.CONSISTENT
        return Holds(
            (said, f"our {refused.key_kind} key makes {', '.join(refused.ours) or 'none that we allow'}"), sure
        )
    return Not("there is a kind of signature in common")


def user_name(evidence: Evidence) -> Verdict:
    """The name holds a character that channels do not pass on."""
    user = evidence.target.user
    if not user:
        return None
    bad = sorted({letter for letter in user if not _PASSED_ON.fullmatch(letter)})
    if bad:
        return Holds((f"the user name has {', '.join(map(repr, bad))} in it",), emitter="SFTP adapter")
    return Not("every character of the user name is passed on")


def _refused(evidence: Evidence) -> SshLogin | Not | None:
    """The logon that was denied; else what speaks against every cause of a denial."""
    login = evidence.first(SshLogin)
    if login is None:
        return None
    if login.good:
        return Not(f"{login.user} was logged on")
    return login if login.problem == "denied" else None


def _methods(evidence: Evidence) -> set[str]:
    """What the server named before anything was tried."""
    found = evidence.first(SshMethods)
    return set(found.methods) if found is not None else set()


def _offered(methods: set[str]) -> str:
    return f"the server takes {', '.join(sorted(methods)) or 'nothing that it names'}"


def _partly(evidence: Evidence, login: SshLogin) -> str:
    """What the server took before it asked for more; empty when it took nothing."""
    events = login.events
    if "key-taken" in events:
        after = events[events.index("key-taken") + 1 :]
        return "" if after[:1] == ("publickey-asked",) else "publickey" if after else ""
    sent = next((event for event in events if event.endswith("-sent")), "")
    if sent and "publickey-asked" in events[events.index(sent) :] and "publickey" not in _methods(evidence):
        return "password"
    return ""


def _no_signature(login: SshLogin) -> bool:
    if not login.key or "key-taken" in login.events:
        return False
    named = set(login.signatures)
    return not named & set(login.ours) if named else login.key_kind == "ssh-rsa" and "ssh-rsa" not in login.ours
