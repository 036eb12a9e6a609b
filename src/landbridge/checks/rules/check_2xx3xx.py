"""check.2xx3xx: the target answers well, and yet it is not what was meant (failure-catalogue, row 36)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.http.url import parameters
from landbridge.checks.observations import HttpAnswer, SoapDescribed
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.http import answers, decisive, emitter, said

_SEGMENTS = frozenset(
    (
        *("login", "logon", "signin", "sign-in", "sso", "saml", "saml2", "authorize", "auth", "oauth2", "oidc", "idp"),
        *("formlogin", "j_security_check", "logonpoint", "nidp", "dana-na", "siteminderagent", "cas", "remote-logon"),
    )
)
"""Parts of paths by which pages are called that ask people to log on; some are those of one product."""
_PATHS = ("/my.policy", "/vdesk/", "/vpn/index.html", "/adfs/ls")
"""Where gateways lead whom they do not know: F5 BIG-IP APM, Citrix Gateway, AD FS."""
_LOGIN_PAGES = {
    "password": "a form that asks for a password",
    "saml": "a form with a SAML request",
    "script": "a script that takes browsers to a login",
}
"""Pages that ask people to log on (`HttpAnswer.page`)."""
_SEGMENT = re.compile(r"[./;]")


def _applies(evidence: Evidence) -> bool:
    answer = decisive(evidence)
    return answer is not None and (0 < answer.status < 400 or lost_at_login(evidence) is not None)


def leads_to_login(answer: HttpAnswer) -> tuple[str, Confidence] | None:
    """What shows that a redirect asks the caller to log on in a browser; None when it leads elsewhere.

    A request of SAML or OAuth in the address is proof; a path that is called login is none.
    """
    address = answer.header("location")
    if not 300 <= answer.status < 400 or not address:
        return None
    given = parameters(address)
    if "samlrequest" in given:
        return "the address carries a SAML request", Confidence.PROVEN
    if "client_id" in given and "response_type" in given:
        return "the address carries an OAuth authorisation request", Confidence.PROVEN
    if given.get("wa", "").lower().startswith("wsignin"):
        return "the address carries a WS-Federation request", Confidence.PROVEN
    path = urlsplit(address).path.lower()
    if _SEGMENTS.intersection(_SEGMENT.split(path)) or path.startswith(_PATHS):
        return "the path of the address is that of a login", Confidence.CONSISTENT
    return None


def lost_at_login(evidence: Evidence) -> HttpAnswer | None:
    """The redirect to a login that was followed to where nothing good comes any more; None when there is none."""
    end = decisive(evidence)
    if end is None or 0 < end.status < 400:
        return None
    chain = answers(evidence, end.purpose)
    return next((one for one in chain if leads_to_login(one) is not None), None)


def is_login_page(evidence: Evidence, answer: HttpAnswer) -> bool:
    """A page that asks for a password (or sends the browser to one), where data was wanted or after a redirect."""
    moved = len({one.url for one in answers(evidence, answer.purpose)}) > 1
    return answer.status == 200 and answer.page in _LOGIN_PAGES and (_wants_data(answer) or moved)


def login(evidence: Evidence) -> Verdict:
    """The answer is a login page, or leads to one."""
    answer = lost_at_login(evidence) or decisive(evidence)
    if answer is None:
        return None
    found = leads_to_login(answer)
    if found is not None:
        shows, confidence = found
        address = answer.header("location")
        return Holds(
            (said(answer), f"Location: {address}", shows),
            confidence,
            emitter(answer),
            "Send a logon with the first request, of a kind that takes no browser.",
        )
    if is_login_page(evidence, answer):
        what = _LOGIN_PAGES[answer.page]
        saw = (said(answer), f"instead of {answer.sent_header('accept')} came a page with {what}")
        return Holds(saw, emitter=emitter(answer))
    if answer.status >= 300:
        return Not(f"the redirect leads to {answer.header('location') or 'nowhere'}")
    return Not("the answer is no login page")


def not_the_service(evidence: Evidence) -> Verdict:
    """A good answer that is something else than what was asked for."""
    answer, found = decisive(evidence), evidence.first(SoapDescribed)
    if answer is None or answer.status >= 300 or login_seen(evidence):
        return None
    if found is None:
        return _page(evidence, answer)
    if any(one.good for one in evidence.all(SoapDescribed)):
        return Not("something of SOAP answers")
    return Holds((said(answer), found.line, f"it begins with {answer.body[:120]!r}"), emitter=emitter(answer))


def _page(evidence: Evidence, answer: HttpAnswer) -> Verdict:
    """A page, where data was wanted. A service of OData has a failure of its own for that."""
    if evidence.target.protocol != "http" or not _wants_data(answer):
        return None
    kind = answer.header("content-type")
    if "html" not in kind.lower():
        return Not(f"no page came, but {kind or 'content without a type'}")
    saw = (
        said(answer),
        f"{answer.sent_header('accept')} was asked for, {kind} came",
        f"it begins with {answer.body!r}",
    )
    return Holds(saw, emitter=emitter(answer))


def _wants_data(answer: HttpAnswer) -> bool:
    accept = answer.sent_header("accept")
    return bool(accept) and "*/*" not in accept and "html" not in accept


def reachable(evidence: Evidence) -> Verdict:
    """A good answer is no failure; whether more than that works, a check of this kind cannot say."""
    answer = decisive(evidence)
    if answer is not None and (login_seen(evidence) or isinstance(not_the_service(evidence), Holds)):
        return Not(f"more than {answer.status} was seen")
    return None


def login_seen(evidence: Evidence) -> bool:
    """Whether a login page stands in the way."""
    return isinstance(login(evidence), Holds)


BOOK = Book(
    "check.2xx3xx",
    _applies,
    (
        Rule("redirect-to-login", Layer.AUTHENTICATION, "target", login),
        Rule("not-the-service", Layer.ROUTE, "target", not_the_service),
        Rule("reachable", Layer.APPLICATION, "target", reachable),
    ),
)
