"""outbound.smtp-port: mail cannot be handed to the mail server (failure-catalogue, row 15)."""

from __future__ import annotations

import re

from landbridge.checks.conversation import Protection
from landbridge.checks.evidence import Evidence, Layer, Perspective
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import (
    AddressAsked,
    AddressTried,
    Greeted,
    LogonTried,
    NameResolved,
    Offered,
    PortBeside,
    SpeaksTls,
    StartTlsAnswered,
    TalkEnded,
    TlsHandshake,
)
from landbridge.checks.rules import tls
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import spoken_with, unless_behind

AUTHENTICATION_NEEDED = 530
_NO_SUCH_MECHANISM = frozenset((504, 534))
"""Replies to AUTH: it is not supported, or too weak (RFC 4954 §6)."""


_POLICY = re.compile(r"^4\d\d[ -]4\.7\.\d")
"""Not now, and it is about who calls: a reason of policy (RFC 3463 §3.8). Without one, a server may just be busy."""
_LATER = (
    "Try again later with fewer connections at a time; if it stays so, have the addresses that we come from admitted."
)
_TOO_WEAK = 534
_OTHER_SECRET = "Use the kind of password that the server wants, mostly one made for this application, or a token."
_GREYLISTED = (
    "Send again after some minutes: the server puts off whom it does not know. If the sender cannot do that, have it"
    " admitted."
)


def _applies(evidence: Evidence) -> bool:
    target = evidence.target
    ours = target.protocol == "smtp" and target.perspective is Perspective.RECEIVER
    return ours and spoken_with(evidence, "dialog")


def _dns(evidence: Evidence) -> Verdict:
    found = evidence.first(NameResolved)
    if found is None:
        return None
    return Not(found.line) if found.good else Holds((found.line,))


def _tried(evidence: Evidence) -> tuple[AddressTried, ...]:
    return evidence.all(AddressTried)


def _answers(evidence: Evidence) -> bool:
    return any(one.good for one in _tried(evidence))


def _other_port(evidence: Evidence) -> PortBeside | None:
    """Another port of the host that greets as a mail server does."""
    return next((one for one in evidence.all(PortBeside) if one.greets), None)


def _no_port_given(evidence: Evidence) -> Verdict:
    target, other = evidence.target, _other_port(evidence)
    if target.conversation.port_given:
        return Not(f"the address says port {target.port}")
    if _answers(evidence):
        return Not(f"port {target.port}, which is taken then, answers")
    if other is None or not _tried(evidence):
        return None
    said = (f"no port was given, so {target.port} was taken: {_tried(evidence)[0].reason}", other.line)
    return Holds(said, action=f"Write the port into the address: {target.host}:{other.port}.")


def _port_blocked(evidence: Evidence) -> Verdict:
    target, other, tried = evidence.target, _other_port(evidence), _tried(evidence)
    if not tried:
        return None
    if _answers(evidence):
        return Not(f"port {target.port} answers")
    if any(one.problem != "timeout" for one in tried):
        return Not(f"port {target.port} is refused at once, so nothing on the way swallows it")
    if other is None:
        return None
    return Holds((tried[0].line, other.line), action=f"Use {target.host}:{other.port} instead of port {target.port}.")


def wrong_port(evidence: Evidence) -> bool:
    """Whether another port would do."""
    return isinstance(_no_port_given(evidence), Holds) or isinstance(_port_blocked(evidence), Holds)


def _not_allowed(evidence: Evidence) -> Verdict:
    greeted, ended = evidence.first(Greeted), evidence.first(TalkEnded)
    if greeted is not None:
        if greeted.welcome:
            return Not("the server greets us")
        if greeted.code >= 500:
            return Holds((greeted.line,))
        if _POLICY.search(greeted.text):
            return Holds((greeted.line,), Confidence.CONSISTENT, action=_LATER)
        return None
    if ended is not None and ended.stage == "greeting" and ended.problem in ("closed", "reset"):
        if ended.secured:
            return None
        return Holds(("the connection was taken and ended without a greeting",), Confidence.CONSISTENT)
    return None


def wrong_protocol(evidence: Evidence) -> Verdict:
    """Something else than a mail server of that kind greets."""
    greeted = evidence.first(Greeted) or evidence.first(SpeaksTls)
    if greeted is not None:
        return Not(greeted.line)
    begins, target = _misunderstood(evidence), evidence.target
    if begins is None:
        return None
    return Holds((f"{target.protocol.upper()} is expected on port {target.port}, and it begins with {begins!r}",))


def _misunderstood(evidence: Evidence) -> str | None:
    """The first words of a server that speaks something else."""
    ended = evidence.first(TalkEnded)
    is_strange = ended is not None and ended.stage == "greeting" and ended.problem == "garbled"
    return ended.text if is_strange and ended is not None else None


def protection(evidence: Evidence) -> Verdict:
    target, shaken = evidence.target, evidence.first(TlsHandshake)
    wish = target.conversation.protection
    if silent := evidence.first(SpeaksTls):
        said = (f"nothing greets on port {target.port} in plain text", silent.line)
        return Holds(said, action=f"Use {target.protocol.upper()}S (TLS from the first byte) on port {target.port}.")
    if wish is Protection.TLS and target.protocol == "smtp" and shaken is not None and shaken.problem == "not-tls":
        answer = f"TLS was begun on port {target.port}, and the server answers {shaken.first_bytes[:60]!r}"
        return Holds((answer,), action=f"Use STARTTLS on port {target.port}, or SMTPS on port 465.")
    offered = evidence.first(Offered)
    if wish is Protection.STARTTLS and offered is not None and not _offers_tls(offered):
        return Holds(
            ("STARTTLS is demanded", f"the server offers {', '.join(offered.features) or 'nothing'}"),
            action="Use a port that offers STARTTLS, or have it switched on at the server.",
        )
    if (change := evidence.first(StartTlsAnswered)) is not None and not change.agreed:
        said = ("STARTTLS is offered, and refused when it is asked for", change.line)
        sure = Confidence.PROVEN if wish is Protection.STARTTLS else Confidence.CONSISTENT
        return Holds(said, sure, action="Have the server's TLS repaired, or use the port that speaks TLS at once.")
    if (refused := _tls_first(evidence)) is not None:
        return Holds((refused, "STARTTLS is offered and was not used"), action="Use STARTTLS.")
    if _misunderstood(evidence) is not None:
        return Not("the server begins by itself" + (" under TLS" if wish is Protection.TLS else " in plain text"))
    return Not(_protected(wish, shaken)) if evidence.first(Greeted) is not None else None


def _protected(wish: Protection, shaken: TlsHandshake | None) -> str:
    if shaken is None:
        return "the server speaks plain text, and that was wanted"
    how = "from the first byte" if wish is Protection.TLS else "after STARTTLS"
    return f"the server speaks TLS {how}, as was wanted"


def _offers_tls(offered: Offered) -> bool:
    return any(one.upper() in ("STARTTLS", "STLS") for one in offered.features)


def _tls_first(evidence: Evidence) -> str | None:
    """The server's refusal to go on in plain text, where it offers TLS."""
    offered = evidence.first(Offered)
    if evidence.first(TlsHandshake) is not None or offered is None or not _offers_tls(offered):
        return None
    refused = [one.line for one in evidence.all(AddressAsked) if one.code == AUTHENTICATION_NEEDED]
    refused += [one.line for one in evidence.all(LogonTried) if one.code == AUTHENTICATION_NEEDED]
    return next(iter(refused), None)


def _tls_trust(evidence: Evidence) -> Verdict:
    judges = (
        tls.expired,
        tls.not_yet_valid,
        tls.other_name,
        tls.self_signed,
        tls.intermediate_not_sent,
        tls.root_missing,
        tls.weak,
    )
    held = [verdict for judge in judges if isinstance(verdict := judge(evidence), Holds)]
    if held:
        said = tuple(text for verdict in held for text in verdict.evidence)
        return Holds(said, action=next((one.action for one in held if one.action), ""))
    good = tls.root_missing(evidence)
    return good if isinstance(good, Not) else None


def _auth(evidence: Evidence) -> Verdict:
    tried = evidence.first(LogonTried)
    if tried is None or not tried.mechanism:
        return None
    if tried.accepted:
        return Not("the logon was accepted")
    said = f"{evidence.target.user} with {tried.mechanism}: {tried.text}"
    if tried.code == _TOO_WEAK and _is_offered(evidence, tried.mechanism):
        return Holds((said, f"{tried.mechanism} is offered all the same"), Confidence.CONSISTENT, action=_OTHER_SECRET)
    if tried.code in _NO_SUCH_MECHANISM or tried.code == AUTHENTICATION_NEEDED or tried.code < 500:
        return None
    return Holds((said,))


def _auth_mechanism(evidence: Evidence) -> Verdict:
    tried = evidence.first(LogonTried)
    if tried is None:
        return None
    offered = _mechanisms(evidence)
    if not tried.mechanism:
        if not offered and _tls_would_help(evidence):
            return None
        what = f"the server offers {offered}" if offered else "the server offers no logon"
        return Holds((f"wanted: {' or '.join(tried.wanted)}", what))
    if tried.code in _NO_SUCH_MECHANISM and not (tried.code == _TOO_WEAK and _is_offered(evidence, tried.mechanism)):
        return Holds((f"{tried.mechanism}: {tried.text}",))
    return Not(f"{tried.mechanism} is offered")


def _is_offered(evidence: Evidence, mechanism: str) -> bool:
    """Whether the server itself lists it under TLS, so that it cannot be too weak."""
    if not any(one.secured for one in evidence.all(Offered)):
        return False
    return mechanism.upper() in _mechanisms(evidence).upper().replace("=", " ").replace(",", " ").split()


def _mechanisms(evidence: Evidence) -> str:
    lists = evidence.all(Offered)
    return ", ".join(one for one in lists[-1].features if one.upper().startswith("AUTH")) if lists else ""


def _tls_would_help(evidence: Evidence) -> bool:
    """Whether the list after STARTTLS might be longer: many servers take a logon under TLS alone."""
    offered = evidence.first(Offered)
    return offered is not None and _offers_tls(offered) and evidence.first(TlsHandshake) is None


def _sender_or_relay(evidence: Evidence) -> Verdict:
    asked = evidence.all(AddressAsked)
    put_off = next((one for one in asked if not one.accepted and _POLICY.search(one.text)), None)
    if put_off is not None:
        return Holds((f"{_address(evidence, put_off)}: {put_off.text}",), Confidence.CONSISTENT, action=_GREYLISTED)
    refused = next((one for one in asked if not one.accepted and one.code >= 500), None)
    if refused is not None:
        return None if _tls_first(evidence) else Holds((f"{_address(evidence, refused)}: {refused.text}",))
    return Not("the server takes " + " and ".join(one.role for one in asked)) if asked else None


def _address(evidence: Evidence, asked: AddressAsked) -> str:
    wish = evidence.target.conversation
    who = wish.sender if asked.role == "sender" else wish.recipient
    return f"{asked.role} {who}{' after a logon' if asked.logged_on else ' without a logon'}"


SERVER = "mail server"

BOOK = Book(
    "outbound.smtp-port",
    _applies,
    (
        Rule("dns", Layer.NAME, "name service", unless_behind(_dns)),
        Rule("no-port-given", Layer.TCP, "TCP client", unless_behind(_no_port_given)),
        Rule("port-25-blocked", Layer.TCP, "network", unless_behind(_port_blocked)),
        Rule("ip-not-allowed", Layer.PROTOCOL, SERVER, _not_allowed),
        Rule("protection-mismatch", Layer.PROTOCOL, SERVER, protection),
        Rule("wrong-protocol", Layer.PROTOCOL, SERVER, wrong_protocol),
        Rule("tls-trust", Layer.TLS_SERVER, "TLS client", _tls_trust),
        Rule("auth", Layer.AUTHENTICATION, SERVER, _auth),
        Rule("auth-mech", Layer.AUTHENTICATION, SERVER, _auth_mechanism),
        Rule("sender-or-relay", Layer.AUTHORISATION, SERVER, _sender_or_relay),
    ),
)
