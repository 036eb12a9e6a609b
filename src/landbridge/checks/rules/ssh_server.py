"""What the beginning of an SSH connection shows: nobody there, somebody else there, nothing in common."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import AddressTried, NameResolved, SshHostKey, SshLogin, SshServer
from landbridge.checks.observations.ssh import Algorithms
from landbridge.checks.rules.book import Holds, Not, Verdict

_CLOSED = frozenset(("closed", "reset"))
_OTHERS = (
    ("220", "It greets like FTP or mail."),
    ("HTTP/", "It speaks HTTP."),
    ("\x15\x03", "It speaks TLS."),
)
"""First bytes of servers that often listen where SSH is looked for."""
_SENT_AWAY = ("Exceeded MaxStartups", "Not allowed at this time")
"""What OpenSSH says instead of its greeting when it takes no more connections, or none from us for a while."""
_WITHOUT_MAC = ("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com")


def no_connection(evidence: Evidence) -> Verdict:
    """The name has no address, or none of its addresses takes the connection."""
    resolved, tried = evidence.first(NameResolved), evidence.all(AddressTried)
    if resolved is not None and not resolved.good:
        return Holds((resolved.line,))
    if tried and not any(one.good for one in tried):
        return Holds(tuple(one.line for one in tried))
    return Not("the server takes the connection") if tried else None


def _nobody(evidence: Evidence) -> Not | None:
    """That there was no connection in which anything could have been said."""
    return Not("there was no connection") if isinstance(no_connection(evidence), Holds) else None


def other_protocol(evidence: Evidence) -> Verdict:
    """What listens there does not speak SSH."""
    server = evidence.first(SshServer)
    if server is None:
        return _nobody(evidence)
    if server.speaks_tls:
        return Holds(("it closes a connection that begins with SSH, and shakes hands in TLS",))
    if server.problem == "not-ssh" and server.first_bytes.startswith(_SENT_AWAY):
        return Not(f"it is an SSH server, and sends us away: {server.first_bytes[:80]!r}")
    if server.problem == "not-ssh":
        who = next((said for start, said in _OTHERS if server.first_bytes.startswith(start)), "")
        said = (f"the first bytes are {server.first_bytes[:80]!r}", *filter(None, (who,)))
        return Holds(said)
    if server.problem == "garbage" or (server.problem == "silent" and not server.banner):
        return Holds((server.line,), Confidence.CONSISTENT)
    return Not(f"it greets with {server.banner}") if server.banner else None


def closed_early(evidence: Evidence) -> Verdict:
    """The server ends the connection before anything was agreed."""
    server = evidence.first(SshServer)
    if server is None:
        return _nobody(evidence)
    if server.problem == "not-ssh" and server.first_bytes.startswith(_SENT_AWAY):
        said = f"instead of a greeting it says {server.first_bytes[:80]!r}"
        return Holds((said,), action="Connect less often at a time; the server keeps others out until then.")
    if server.problem in _CLOSED:
        when = f"after its greeting {server.banner}" if server.banner else "before its greeting"
        return Holds((f"{server.line}, {when}, {server.attempts} times in a row",))
    if server.good and server.attempts > 1:
        return Holds(("the first connection was closed at once, the next was not",), Confidence.CONSISTENT)
    keys, login = evidence.all(SshHostKey), evidence.first(SshLogin)
    if keys and all(key.problem == "closed" for key in keys):
        return Holds(("the server greets and closes the connection before it shows a key",))
    if keys and all(key.problem in ("closed", "timeout") for key in keys):
        return Holds(("the server greets and falls silent before it shows a key",), Confidence.CONSISTENT)
    if login is not None and login.problem == "closed":
        return Holds(("the server closes the connection while we log on",), Confidence.CONSISTENT)
    return Not("the connection stays open") if server.good else None


def algorithms(evidence: Evidence) -> Verdict:
    """Both sides cannot agree."""
    server = evidence.first(SshServer)
    if server is None:
        return None
    if server.problem == "old-protocol":
        return Holds((server.line,), action="Have the server replaced: this protocol is broken.")
    if not server.good:
        return None
    lacking = _lacking(server.ours, server.offer)
    if not lacking:
        return Not("both sides have methods in common")
    said = tuple(
        f"{what}: the server has {', '.join(getattr(server.offer, kind)[:12]) or 'none'}" for kind, what in lacking
    )
    old = [
        name for kind, _ in lacking for name in getattr(server.offer, kind) if name in getattr(server.deprecated, kind)
    ]
    if not old:
        return Holds(said)
    allow = f"Have the server modernised; until then allow the old {', '.join(old[:8])} for it."
    return Holds(said, action=allow)


def _lacking(ours: Algorithms, offer: Algorithms) -> list[tuple[str, str]]:
    """The things in which there is nothing in common; the client's first choice that the server has is taken."""
    kinds = [("kex", "key exchange"), ("host_key", "host key"), ("cipher", "cipher")]
    lacking = [(kind, what) for kind, what in kinds if not set(getattr(ours, kind)) & set(getattr(offer, kind))]
    cipher = next((name for name in ours.cipher if name in offer.cipher), "")
    if cipher not in _WITHOUT_MAC and not set(ours.mac) & set(offer.mac):
        lacking.append(("mac", "digest"))
    return lacking
