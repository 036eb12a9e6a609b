"""Mailboxes and directories: what hinders us there has a name among the failures of HTTP, where it is the same thing.

Name and TCP: inbound.icm-connection-failed (row 3). Logon: outbound.http-401 (row 13). Certificates are judged by
outbound.cert-path itself (row 12), and a mail server that takes mail by outbound.smtp-port (row 15), which leaves to
row 3 a port that nothing is wrong with but that nobody answers. Mailboxes share its rules for the wrong protection and
the wrong protocol.
"""

from __future__ import annotations

from collections.abc import Callable

from landbridge.checks.evidence import Evidence, Layer, Perspective
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import (
    AddressTried,
    DirectorySeen,
    Greeted,
    LogonTried,
    Offered,
    StartTlsAnswered,
    TalkEnded,
    TlsHandshake,
)
from landbridge.checks.rules import directory_results, network, outbound_smtp_port
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import spoken_with, unless_behind

MAILBOXES = frozenset(("imap", "pop3"))
_DIRECTORY = "ldap"
_METHOD_REFUSED = frozenset((7, 8, 13, 48))
"""Results of LDAP: method not supported, stronger one needed, confidentiality needed, inappropriate (RFC 4511 A.2)."""


_WITHOUT_A_REASON = frozenset(("greeting", "features", "starttls", "content"))
"""Stages of a conversation at which servers have no reason of their own to end it."""


def _ours(evidence: Evidence) -> bool:
    return evidence.target.perspective is Perspective.RECEIVER and spoken_with(evidence, "dialog")


def _unreached(evidence: Evidence) -> bool:
    if _takes_logons(evidence):
        return True
    takes_mail = _ours(evidence) and evidence.target.protocol == "smtp"
    return takes_mail and (_deaf(evidence) or isinstance(_broken(evidence), Holds))


def _deaf(evidence: Evidence) -> bool:
    """Whether no address of a mail server answers, for a reason that has no name in its own book."""
    tried = evidence.all(AddressTried)
    return bool(tried) and not any(one.good for one in tried) and not outbound_smtp_port.wrong_port(evidence)


def _takes_logons(evidence: Evidence) -> bool:
    return _ours(evidence) and (evidence.target.protocol in MAILBOXES or evidence.target.protocol == _DIRECTORY)


_SENT_AWAY = "Ask the owner of the server why it sends us away: too many connections, maintenance, or our address."


def _broken(evidence: Evidence) -> Verdict:
    ended, shaken = evidence.first(TalkEnded), evidence.first(TlsHandshake)
    if shaken is not None and shaken.problem in ("closed", "reset"):
        return Holds((shaken.line,))
    if shaken is not None and shaken.problem == "timeout":
        return Holds((shaken.line,), Confidence.CONSISTENT)
    greeted = evidence.first(Greeted)
    if greeted is not None and not greeted.welcome and evidence.target.protocol in MAILBOXES:
        return Holds((greeted.line,), Confidence.CONSISTENT, action=_SENT_AWAY)
    if ended is None:
        begun = evidence.first(Greeted) or evidence.first(DirectorySeen)
        return Not("the server speaks with us") if begun is not None else network.cut_off(evidence, "dialog")
    if ended.problem not in ("closed", "reset", "silent") or ended.stage not in _WITHOUT_A_REASON:
        return None
    if evidence.target.protocol == "smtp" and ended.stage == "greeting":
        return None  # it may be about who calls
    if ended.problem == "silent" and evidence.first(Greeted) is None and evidence.first(StartTlsAnswered) is None:
        return None  # who says nothing at all may be anybody
    return Holds((ended.line,), Confidence.CONSISTENT)


UNREACHED = Book(
    "inbound.icm-connection-failed",
    _unreached,
    (
        Rule("dns", Layer.NAME, "name service", unless_behind(network.unknown_name)),
        Rule("refused", Layer.TCP, "target", unless_behind(network.refused)),
        Rule("filtered", Layer.TCP, "network", unless_behind(network.filtered)),
        Rule("broken-later", Layer.PROTOCOL, "target", _broken),
    ),
)


def _credentials(evidence: Evidence) -> Verdict:
    tried = evidence.first(LogonTried)
    if tried is None:
        return None
    if not tried.mechanism:
        return Not("no secret was said")
    if tried.accepted:
        return Not("the logon was accepted")
    if evidence.target.protocol == _DIRECTORY:
        return directory_results.credentials(evidence)
    said = f"{evidence.target.user} with {tried.mechanism}: {tried.text}"
    return Holds((said, "an account that is locked looks the same"), Confidence.CONSISTENT)


def _scheme(evidence: Evidence) -> Verdict:
    tried = evidence.first(LogonTried)
    if tried is None:
        return None
    if tried.mechanism and tried.code not in _METHOD_REFUSED:
        return Not(f"the server takes {tried.mechanism}")
    if tried.mechanism:
        return Holds((f"{tried.mechanism}: {tried.text}",))
    lists = evidence.all(Offered)
    offered = ", ".join(lists[-1].features) if lists else ""
    return Holds((f"wanted: {' or '.join(tried.wanted)}", f"offered: {offered or 'nothing'}"))


def _at_directory(judge: Callable[[Evidence], Verdict]) -> Callable[[Evidence], Verdict]:
    """A judgement that only directories give occasion for."""
    return lambda evidence: judge(evidence) if evidence.target.protocol == _DIRECTORY else None


REFUSED_LOGON = Book(
    "outbound.http-401",
    _takes_logons,
    (
        Rule("bad-credentials", Layer.AUTHENTICATION, "target", _credentials),
        Rule("scheme-unsupported", Layer.AUTHENTICATION, "target", _scheme),
        Rule("locked", Layer.AUTHENTICATION, "target", _at_directory(directory_results.locked)),
        Rule("redirect-stripped", Layer.AUTHENTICATION, "target", _at_directory(directory_results.referred)),
    ),
)


def _fetches(evidence: Evidence) -> bool:
    return _ours(evidence) and evidence.target.protocol in MAILBOXES


MISUNDERSTOOD = Book(
    "outbound.smtp-port",
    _fetches,
    (
        Rule("protection-mismatch", Layer.PROTOCOL, outbound_smtp_port.SERVER, outbound_smtp_port.protection),
        Rule("wrong-protocol", Layer.PROTOCOL, outbound_smtp_port.SERVER, outbound_smtp_port.wrong_protocol),
    ),
)
BOOKS = (UNREACHED, MISUNDERSTOOD, REFUSED_LOGON)
