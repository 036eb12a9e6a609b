"""avail.private-endpoint: an Internet destination leads inside (failure-catalogue, row 43)."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import AddressTried, DestinationSeen, NameResolved
from landbridge.checks.observations.http import HttpAnswer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict

CHECK = "check"
_DIGITS = frozenset("0123456789abcdefx.")


def forbidden(evidence: Evidence) -> list[str]:
    """Addresses of the target that may not be called."""
    return [one.address for one in evidence.all(AddressTried) if one.problem == "forbidden"]


def redirected(evidence: Evidence) -> list[HttpAnswer]:
    """Redirects that led to an address that may not be called."""
    return [one for one in evidence.all(HttpAnswer) if one.problem == "forbidden"]


def _applies(evidence: Evidence) -> bool:
    seen = evidence.first(DestinationSeen)
    if seen is None or evidence.target.location:
        return False
    return bool(forbidden(evidence) or redirected(evidence))


def _private(evidence: Evidence) -> Verdict:
    """All addresses of the host are inside."""
    found = forbidden(evidence)
    if not found:
        return Not("the address itself is public, or allowed")
    if _is_disguised(evidence.target.host) or _is_mixed(evidence):
        return None
    return Holds((f"{evidence.target.host} is {', '.join(found)}",))


def _disguised(evidence: Evidence) -> Verdict:
    """Another way of writing."""
    host = evidence.target.host
    if not _is_disguised(host):
        return Not(f"{host} is the usual form")
    return Holds((f"{host} is another way to write {', '.join(forbidden(evidence))}",)) if forbidden(evidence) else None


def _mixed(evidence: Evidence) -> Verdict:
    """Some addresses may be called, and some not."""
    if not _is_mixed(evidence):
        return Not("all addresses of the name are of one kind")
    resolved = evidence.first(NameResolved)
    every = ", ".join(resolved.addresses) if resolved is not None else ""
    return Holds((f"{evidence.target.host} is {every}; of these may not be called: {', '.join(forbidden(evidence))}",))


def _redirect(evidence: Evidence) -> Verdict:
    """A redirect inside."""
    found = redirected(evidence)
    if not found:
        return Not("no redirect leads inside")
    return Holds(tuple(f"a redirect leads to {one.url}" for one in found), emitter="target")


def _is_mixed(evidence: Evidence) -> bool:
    tried = evidence.all(AddressTried)
    return bool(forbidden(evidence)) and any(one.problem != "forbidden" for one in tried)


def _is_disguised(host: str) -> bool:
    """An address in hexadecimal, octal, decimal or with parts left out, or one of IPv4 inside one of IPv6."""
    try:
        address = ip_address(host)
    except ValueError:
        return bool(host) and host[0].isdecimal() and set(host.lower()) <= _DIGITS
    return isinstance(address, IPv6Address) and address.ipv4_mapped is not None


BOOK = Book(
    "avail.private-endpoint",
    _applies,
    (
        Rule("redirect-to-private", Layer.ROUTE, CHECK, _redirect),
        Rule("disguised-form", Layer.NAME, CHECK, _disguised),
        Rule("rebinding", Layer.NAME, CHECK, _mixed),
        Rule("private-address", Layer.NAME, CHECK, _private),
    ),
)
