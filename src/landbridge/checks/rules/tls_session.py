"""What the handshake itself shows: which name it needs, whose certificate it wants, whether it is TLS at all."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from landbridge.checks import chains
from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import SpeaksPlain, TlsHandshake
from landbridge.checks.observations.tls import ALERTS
from landbridge.checks.rules.book import Holds, Not, Verdict
from landbridge.checks.rules.tls import anchors, leading, main, speaks_plain

REFUSALS = frozenset((40, 42, 43, 44, 45, 46, 48, 49, 116))
"""Alerts by which servers refuse a client's certificate, or that there is none."""
_BAD_CERTIFICATE = frozenset((42, 43, 44, 45, 46, 48, 116))
_UNRECOGNIZED_NAME = 112
"""The alert of servers that have nothing for that name, or want one (RFC 6066 §3)."""
_GREETINGS = ("220", "* OK", "+OK")
"""First words of servers that begin in plain text and offer STARTTLS: SMTP, IMAP, POP3."""


def depends_on_name(evidence: Evidence) -> Verdict:
    """The target is called by its address, and only with a name it shows its own certificate."""
    direct = [one for one in evidence.all(TlsHandshake) if not one.through]
    with_name = next((one for one in direct if one.server_name), None)
    if with_name is None:
        return _nameless_refused(evidence)
    without = next((one for one in direct if not one.server_name), None)
    if without is not None and without.chain == with_name.chain:
        return Not("the certificate is the same with and without a name in the handshake")
    if without is None or (without is not main(evidence) and not _is_address(evidence.target.host)):
        return Not(f"the name {with_name.server_name} was sent in the handshake")
    said = (f"without a name: {_subject(without)}", f"with the name {with_name.server_name}: {_subject(with_name)}")
    return Holds(said, action=f"Call {with_name.server_name}, not {evidence.target.host}.")


def _nameless_refused(evidence: Evidence) -> Verdict:
    """No name was sent, and for that reason the server ends the handshake."""
    shaken = main(evidence)
    if shaken is None or shaken.server_name or shaken.alert != _UNRECOGNIZED_NAME:
        return None
    said = (f"{evidence.target.host} was called, so no name was sent", shaken.line)
    return Holds(said, action="Call the target by its name, not by its address.")


def name_unknown(judge: Callable[[Evidence], Verdict]) -> Callable[[Evidence], Verdict]:
    """A judgement about the certificate's names; a server that knows no such host says so without showing one."""

    def judged(evidence: Evidence) -> Verdict:
        shaken = main(evidence)
        if shaken is None or not shaken.server_name or shaken.alert != _UNRECOGNIZED_NAME:
            return judge(evidence)
        said = (f"the name {shaken.server_name} was sent", shaken.line)
        return Holds(said, emitter="target", action="Call the target by a name that it is set up for.")

    return judged


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def unless_default(judge: Callable[[Evidence], Verdict]) -> Callable[[Evidence], Verdict]:
    """A judgement about the host's own certificate: not about the one for those who send no name."""

    def judged(evidence: Evidence) -> Verdict:
        shaken = main(evidence)
        named = next((one for one in evidence.all(TlsHandshake) if one.server_name and not one.through), None)
        if shaken is None or shaken.server_name or named is None or named.chain == shaken.chain:
            return judge(evidence)
        return Not("that is the certificate which those get who send no name")

    return judged


def _subject(shaken: TlsHandshake) -> str:
    first = chains.certificate(shaken.chain[0]) if shaken.chain else None
    return chains.name(first) if first is not None else shaken.line


def inspected(evidence: Evidence) -> Verdict:
    """Through the proxy comes another certificate, of an authority that is not trusted."""
    shaken, trusted = evidence.all(TlsHandshake), anchors(evidence)
    direct = next((one for one in shaken if not one.through and one.chain), None)
    through = next((one for one in shaken if one.through and one.chain), None)
    if direct is None or through is None:
        return None
    ours, theirs = chains.certificates(direct.chain), chains.certificates(through.chain)
    if not ours or not theirs:
        return None
    if ours[0] == theirs[0] or ours[0].issuer == theirs[0].issuer:
        return Not("the certificate comes from the same issuer, directly and through the proxy")
    if trusted is not None and leading(evidence, theirs, chains.certificates(trusted.certificates)).anchor is not None:
        return Not("what comes through the proxy is trusted")
    said = (
        f"directly: issued by {chains.issuer_name(ours[0])}",
        f"through {through.through}: issued by {chains.issuer_name(theirs[0])}",
    )
    return Holds(said, emitter="proxy")


def client_certificate_needed(evidence: Evidence) -> Verdict:
    """The server wants a certificate of ours, or another one."""
    shaken = main(evidence)
    if shaken is None:
        return None
    if shaken.alert in REFUSALS and shaken.certificate_asked:
        what = "it was refused" if shaken.certificate_sent else "none was sent"
        wanted = "; ".join(shaken.authorities) or "it names no issuers"
        said = (f"alert {ALERTS[shaken.alert]}: a client certificate was asked for and {what}", f"issuers: {wanted}")
        return Holds(said, action=f"Give a client certificate with its chain, of one of these issuers: {wanted}.")
    if shaken.good and shaken.certificate_asked:
        return (
            Not("a client certificate was asked for, and the connection stayed open without one")
            if not shaken.certificate_sent
            else Not("the client certificate was taken")
        )
    return Not("no client certificate was asked for") if shaken.chain else None


def plain_port(evidence: Evidence) -> Verdict:
    """There is no TLS on this port."""
    shaken = main(evidence)
    if shaken is None:
        return None
    if shaken.problem == "not-tls" and not shaken.first_bytes.startswith(_GREETINGS):
        return Holds((f"the server answers {shaken.first_bytes[:60]!r}",))
    if speaks_plain(evidence):
        return Holds((shaken.line, *(one.line for one in evidence.all(SpeaksPlain))))
    return Not("the server speaks TLS") if shaken.chain or shaken.alert >= 0 else None


def starttls_port(evidence: Evidence) -> Verdict:
    """The port begins in plain text and changes to TLS when asked."""
    shaken = main(evidence)
    if shaken is None:
        return None
    if shaken.problem == "not-tls" and shaken.first_bytes.startswith(_GREETINGS):
        return Holds((f"the server greets with {shaken.first_bytes[:60]!r}",))
    return Not("the server speaks TLS from the first byte") if shaken.chain or shaken.alert >= 0 else None
