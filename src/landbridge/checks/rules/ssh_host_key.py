"""Whether the server's keys are the ones that are stored for it, and if not, in which way they are not."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import KnownHosts, SshHostKey
from landbridge.checks.observations.ssh import KnownEntry
from landbridge.checks.rules.book import Holds, Not, Verdict


def _shown(evidence: Evidence) -> tuple[SshHostKey, ...]:
    return tuple(fact for fact in evidence.all(SshHostKey) if fact.good)


def _exact(known: KnownHosts) -> tuple[KnownEntry, ...]:
    return tuple(entry for entry in known.entries if entry.form == "exact" and not entry.marker)


def _settled(evidence: Evidence) -> Not | None:
    """That a stored key was shown; None when it was not."""
    known = evidence.first(KnownHosts)
    prints = {entry.fingerprint for entry in _exact(known)} if known is not None else set()
    found = next((key for key in _shown(evidence) if key.fingerprint in prints), None)
    return Not(f"the stored {found.kind} key is the one that the server shows") if found is not None else None


def _lines(known: KnownHosts, shown: tuple[SshHostKey, ...]) -> str:
    return "; ".join(f"{known.name} {key.kind} {key.public}" for key in shown)


def changed(evidence: Evidence) -> Verdict:
    """A key of the same kind is stored, and it is another one; or the shown one was revoked."""
    known, shown = evidence.first(KnownHosts), _shown(evidence)
    if known is None or not shown:
        return None
    prints = {key.fingerprint: key for key in shown}
    for entry in known.entries:
        if entry.form == "exact" and entry.marker == "revoked" and entry.fingerprint in prints:
            return Holds((f"line {entry.line} of {known.source} revokes the key that is shown: {entry.fingerprint}",))
    kinds = {key.kind: key for key in shown}
    right = {entry.kind for entry in _exact(known) if entry.fingerprint in prints}
    other = [entry for entry in _exact(known) if entry.kind in kinds and entry.kind not in right]
    if (settled := _settled(evidence)) and not other:
        return settled
    if other:
        said = tuple(
            f"{entry.kind}: stored in line {entry.line} is {entry.fingerprint}, "
            f"shown is {kinds[entry.kind].fingerprint}"
            for entry in other
        )
        if settled:
            return Holds(
                (*said, f"clients that agree on {other[0].kind} refuse it; {settled.by}"), Confidence.CONSISTENT
            )
        return Holds(said)
    return Not(f"no key of such a kind is stored for {known.name}")


def unknown(evidence: Evidence) -> Verdict:
    """Nothing is stored for this server, under no name."""
    known, shown = evidence.first(KnownHosts), _shown(evidence)
    if known is None or not shown:
        return None
    if exact := _exact(known):
        return Not(f"line {exact[0].line} of {known.source} is for {known.name}")
    if _elsewhere(known, shown):
        return Not("the key is stored, under another name")
    said = f"{known.source} has no entry for {known.name} among {known.lines}"
    line = _lines(known, shown)
    return Holds((said, f"shown: {', '.join(f'{key.kind} {key.fingerprint}' for key in shown)}", f"to add: {line}"))


def other_kind(evidence: Evidence) -> Verdict:
    """A key is stored, of a kind that the server does not show."""
    known, shown = evidence.first(KnownHosts), _shown(evidence)
    if known is None or not shown:
        return None
    if settled := _settled(evidence):
        return settled
    exact, kinds = _exact(known), {key.kind for key in shown}
    if not exact:
        return Not(f"nothing is stored for {known.name}")
    if any(entry.kind in kinds for entry in exact):
        return Not("the stored key is of a kind that the server shows")
    said = (
        f"stored for {known.name}: {', '.join(sorted({entry.kind for entry in exact}))}",
        f"shown: {', '.join(sorted(kinds))}",
        f"to add: {_lines(known, shown)}",
    )
    return Holds(said)


def other_name(evidence: Evidence) -> Verdict:
    """The server's key is stored, under a name that is not looked up."""
    known, shown = evidence.first(KnownHosts), _shown(evidence)
    if known is None or not shown:
        return None
    if exact := _exact(known):
        return Not(f"line {exact[0].line} of {known.source} is for {known.name}")
    found = _elsewhere(known, shown)
    if not found:
        return Not("the key is not stored under another name either")
    said = tuple(f"line {entry.line} has this key for {entry.names} ({entry.form})" for entry in found)
    return Holds((f"{known.name} is looked up", *said), action=f"Store the key under {known.name}.")


def _elsewhere(known: KnownHosts, shown: tuple[SshHostKey, ...]) -> list[KnownEntry]:
    prints = {key.fingerprint for key in shown}
    return [entry for entry in known.entries if entry.form != "exact" and entry.fingerprint in prints]
