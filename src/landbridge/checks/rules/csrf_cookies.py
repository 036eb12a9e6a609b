"""Cookies of a session that a client drops: by its rules (RFC 6265 §5), whatever the server meant."""

from __future__ import annotations

from ipaddress import ip_address

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.http.url import is_secure
from landbridge.checks.observations import HttpAnswer
from landbridge.checks.observations.http import Cookie
from landbridge.checks.rules.book import Holds, Not, Verdict

SHORT = 60
"""Seconds: a session that ends sooner may be over before the change is sent."""


def cookies(evidence: Evidence) -> tuple[Cookie, ...]:
    """Those that came with tokens, each once."""
    brought = [one for one in evidence.all(HttpAnswer) if one.purpose in ("csrf-head", "csrf-get") and one.token]
    return tuple({cookie.name: cookie for answer in brought for cookie in answer.cookies}.values())


def cookie_domain(evidence: Evidence) -> Verdict:
    """A cookie is for another host, so the client does not keep it."""
    host = evidence.target.host.lower().rstrip(".")
    found = cookies(evidence)
    foreign = [one for one in found if one.domain and not _covers(one.domain, host)]
    if foreign:
        saw = tuple(f"the cookie {one.name} is for {one.domain}, and {host} was called" for one in foreign)
        return Holds(saw)
    return Not(f"the cookies are for {host}") if found else None


def _covers(domain: str, host: str) -> bool:
    """RFC 6265 §5.1.3: equal, or a parent domain of a name."""
    wanted = domain.lower().lstrip(".").rstrip(".")
    return wanted == host or (host.endswith(f".{wanted}") and not _is_address(host))


def secure_cookie(evidence: Evidence) -> Verdict:
    """A cookie is for TLS only, and there is none."""
    found = cookies(evidence)
    if not found:
        return None
    if is_secure(evidence.target):
        return Not("it is called with TLS")
    bound = [one.name for one in found if one.secure]
    if bound:
        return Holds((f"Secure is set on {', '.join(bound)}, and the URL is plain http",))
    return Not("no cookie is for TLS only")


def dotless_host(evidence: Evidence) -> Verdict:
    """The host has no dot: some clients keep no cookies for such a host."""
    host, found = evidence.target.host.rstrip("."), cookies(evidence)
    if not found:
        return None
    if "." in host or _is_address(host):
        return Not("the host has a dot")
    names = ", ".join(one.name for one in found)
    return Holds((f"the session needs {names}, and {host} has no dot",), Confidence.CONSISTENT)


def short_session(evidence: Evidence) -> Cookie | None:
    """A cookie that ends soon."""
    return next((one for one in cookies(evidence) if one.max_age is not None and one.max_age < SHORT), None)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
