"""Name and TCP: why a connection does not come about. The judgements that several failures share."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import AddressTried, NameElsewhere, NameResolved, NothingSeen, ProxyTried
from landbridge.checks.observations.fact import Fact
from landbridge.checks.rules.book import Holds, Not, Verdict
from landbridge.net.dial import DialProblem


def unknown_name(evidence: Evidence) -> Verdict:
    """The name has no address; or another one than elsewhere, where it leads to somebody."""
    resolved, elsewhere = evidence.first(NameResolved), evidence.first(NameElsewhere)
    if resolved is None:
        return None
    other = (elsewhere.line,) if elsewhere is not None and elsewhere.good else ()
    if not resolved.good:
        return _around(evidence) or Holds((resolved.line, *other))
    if _answers_elsewhere(evidence):
        return Holds((resolved.line, *(one.line for one in evidence.all(AddressTried)), *other))
    return Not(resolved.line)


def _answers_elsewhere(evidence: Evidence) -> bool:
    """Whether nobody answers at the addresses known here, and somebody does at those known to another name server."""
    elsewhere = evidence.first(NameElsewhere)
    return elsewhere is not None and bool(elsewhere.answering) and not connected(evidence)


def refused(evidence: Evidence) -> Verdict:
    """An address says at once that nothing listens there; none answers, or only some do."""
    tried = evidence.all(AddressTried)
    met = [one for one in tried if one.problem == "refused"]
    return _dead(evidence, met, len(met) == len(tried), "no address refuses the connection")


def filtered(evidence: Evidence) -> Verdict:
    """No address answers at all, or only some do; or the network says that there is no way."""
    tried = evidence.all(AddressTried)
    if any(one.problem == "refused" and (":" not in one.address or not connected(evidence)) for one in tried):
        return Not("an address refuses at once: packets arrive")
    met = [one for one in tried if one.problem in ("timeout", "unreachable")]
    silent = all(one.problem == "timeout" for one in met) and len(met) == len(tried)
    return _dead(evidence, met, silent, "an answer comes at once")


def newer_addresses_dead(evidence: Evidence) -> Verdict:
    """The IPv6 addresses do not answer while an IPv4 address does: whoever tries them first waits.

    A refusal is an answer, and a machine without IPv6 does not wait: neither is meant.
    """
    tried = evidence.all(AddressTried)
    newer = [one for one in tried if ":" in one.address]
    if not newer:
        return Not("the name has no IPv6 address") if tried else None
    older = [one for one in tried if ":" not in one.address and one.good]
    silent = [one for one in newer if one.problem == "timeout"]
    if older and len(silent) == len(newer):
        return Holds((*(one.line for one in silent), older[0].line))
    return Not("an IPv6 address answers, or none is waited for")


def cut_off(evidence: Evidence, probe: str) -> Verdict:
    """A connection is taken and reset at once, before `probe` could say a word."""
    tried, step = evidence.all(AddressTried), evidence.step(probe)
    met: list[Fact] = [one for one in tried if one.problem == DialProblem.CLOSED] if not connected(evidence) else []
    if step is not None and connected(evidence):
        met = [one for one in step.seen if isinstance(one, NothingSeen) and one.problem == DialProblem.CLOSED]
    return Holds(tuple(one.line for one in met), Confidence.CONSISTENT) if met else None


def through_proxy(evidence: Evidence) -> ProxyTried | None:
    """What became of the proxy; None when there is none."""
    return evidence.first(ProxyTried)


def connected(evidence: Evidence) -> bool:
    """Whether an address took the direct connection."""
    return any(one.good for one in evidence.all(AddressTried))


def proxy_needed(evidence: Evidence) -> Verdict:
    """Directly there is no way, through the proxy there is."""
    proxy = through_proxy(evidence)
    if connected(evidence):
        return Not("the direct way is open")
    if proxy is None or not proxy.good:
        return None if proxy is None else Not("the proxy does not lead there either")
    direct = [one.line for one in (*evidence.all(NameResolved), *evidence.all(AddressTried)) if not one.good]
    return Holds((*direct, proxy.line))


_GATEWAY = frozenset((502, 503, 504))
"""Answers of proxies that do not reach the target themselves (RFC 9110 §15.6)."""


def proxy_wrong(evidence: Evidence) -> Verdict:
    """The proxy refuses, is not there, or does not lead to where the direct way leads."""
    proxy = through_proxy(evidence)
    if proxy is None:
        return None
    if proxy.good:
        return Not("the proxy connects")
    if proxy.status in _GATEWAY and not connected(evidence):
        return Not("the proxy does not reach the target, and nobody else does")
    direct = ("the direct way is open",) if connected(evidence) else ()
    return Holds((proxy.line, *direct))


def _dead(evidence: Evidence, met: list[AddressTried], alike: bool, otherwise: str) -> Verdict:
    """Holds when no address takes the connection and `met` are those that fail so; surely, when all fail alike."""
    if not evidence.all(AddressTried):
        resolved = evidence.first(NameResolved)
        return None if resolved is None or resolved.good else Not("there is no address to connect to")
    if connected(evidence):
        return _some_dead(evidence, met) or Not("an address answers")
    if not met:
        return Not(otherwise)
    if _answers_elsewhere(evidence):
        return Not("the address is the wrong one: another name server has one that answers")
    sure = Confidence.PROVEN if alike else Confidence.CONSISTENT
    return _around(evidence) or Holds(tuple(one.line for one in evidence.all(AddressTried)), sure)


def _some_dead(evidence: Evidence, met: list[AddressTried]) -> Holds | None:
    """Some IPv4 addresses of a name are dead and others are not: it fails now and then, or each time for a while.

    Between families clients choose by themselves, and a machine without IPv6 is nothing to be told.
    """
    good = [one for one in evidence.all(AddressTried) if one.good and ":" not in one.address]
    dead = [one for one in met if ":" not in one.address]
    if not good or not dead:
        return None
    said = tuple(one.line for one in (*dead, *good))
    action = f"Have {', '.join(one.address for one in dead)} put back to work, or taken out of the name."
    return Holds(said, Confidence.CONSISTENT, action=action)


def _around(evidence: Evidence) -> Not | None:
    """That the direct way need not be open, because the proxy leads there."""
    proxy = through_proxy(evidence)
    return Not("the proxy leads there") if proxy is not None and proxy.good else None
