"""outbound.csrf-403: a change is refused because of the session token or its cookies (failure-catalogue, row 21)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import HttpAnswer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.csrf_cookies import cookie_domain, cookies, dotless_host, secure_cookie, short_session
from landbridge.checks.rules.http import answers, emitter, last, said, wants_token

_REFUSED = frozenset((0, 401, 403))


def _applies(evidence: Evidence) -> bool:
    post = last(evidence, "post")
    refused = post is not None and post.status == 403
    asked = bool(answers(evidence, "csrf-head") or answers(evidence, "csrf-get"))
    return asked and (refused or post is None or post.status not in _REFUSED)


def _post(evidence: Evidence) -> HttpAnswer | None:
    """The POST that was refused."""
    post = last(evidence, "post")
    return post if post is not None and post.status == 403 else None


def _accepted(answer: HttpAnswer | None) -> bool:
    """Whether a POST got past the session token; what it says beyond that is another matter."""
    return answer is not None and answer.status not in _REFUSED


def no_token(evidence: Evidence) -> Verdict:
    """The POST carries no token."""
    post, again = last(evidence, "post"), last(evidence, "post-session")
    if post is None:
        return None
    if post.sent_header("x-csrf-token"):
        return Not("the POST carried a token")
    if post.status != 403:
        return Not(f"without a token the answer is {post.status}")
    if isinstance(fetch_failed(evidence), Holds) and not (again is not None and _accepted(again)):
        return Not("one is asked for, and the fetch brings none")
    if again is not None and _accepted(again):
        return Holds(
            (said(post), f"with a token and its cookies: {again.status} {again.phrase}".rstrip()), emitter=emitter(post)
        )
    if wants_token(post):
        return Holds((said(post), "it carries x-csrf-token: Required"), Confidence.CONSISTENT, emitter(post))
    return Not("it does not ask for a token")


def token_without_cookie(evidence: Evidence) -> Verdict:
    """The token is sent, and not all cookies that came with it."""
    post, again = last(evidence, "post"), last(evidence, "post-session")
    if post is None or not post.sent_header("x-csrf-token"):
        return None
    returned = {part.partition("=")[0] for part in post.sent_header("cookie").split("; ") if part}
    missing = [one.name for one in cookies(evidence) if one.name not in returned]
    if not missing:
        return Not("all cookies were sent back")
    if post.status != 403:
        return Not(f"without {', '.join(missing)} the answer is {post.status}")
    if again is None or not _accepted(again):
        return None
    return Holds(
        (
            said(post),
            f"not sent back: {', '.join(missing)}",
            f"with all cookies: {again.status} {again.phrase}".rstrip(),
        ),
        emitter=emitter(post),
        action=f"Keep the HTTP session and return every cookie, also {', '.join(missing)}.",
    )


def other_host(evidence: Evidence) -> Verdict:
    """On the connection on which the token was fetched it is good, on another one it is not: another node answers."""
    post, again, same = _post(evidence), last(evidence, "post-session"), last(evidence, "post-same-connection")
    if post is None or again is None:
        return None
    if _accepted(again):
        return Not("a token is good on another connection too")
    if same is None:
        return None
    if not _accepted(same):
        return Not("it is refused on the connection of the token too")
    return Holds(
        (said(again), f"on the connection on which the token came: {same.status} {same.phrase}".rstrip()),
        emitter=emitter(post),
    )


def expired(evidence: Evidence) -> Verdict:
    """A session does not live until the POST."""
    post, again = _post(evidence), last(evidence, "post-session")
    if post is not None and post.sent_header("x-csrf-token") and _accepted(again):
        if isinstance(token_without_cookie(evidence), Holds):
            return Not("with all cookies a fresh token is good")
        return Holds((said(post), "with a token fetched once more it passes"), Confidence.CONSISTENT, emitter(post))
    short = short_session(evidence)
    if short is not None:
        saw = f"the cookie {short.name} lives {short.max_age} s"
        return Holds((saw,), Confidence.CONSISTENT, "target")
    return Not("the cookies do not say that they end soon") if cookies(evidence) else None


def fetch_failed(evidence: Evidence) -> Verdict:
    """The fetch is refused, while the same request without the wish for a token is not; or only HEAD is refused."""
    head, get = last(evidence, "csrf-head"), last(evidence, "csrf-get")
    before = last(evidence, "logon") or last(evidence, "answer")
    if head is not None and head.token:
        return Not("HEAD brings a token")
    if get is None:
        return None
    if get.token:
        if head is None or head.status < 400:
            return Not("GET brings a token")
        return Holds((said(head), f"GET instead: {get.status}, with a token"), emitter=emitter(head))
    if 300 <= get.status < 400:
        saw = (said(get), f"it leads to {get.header('location') or 'nowhere'}, and brings no token")
        action = "Fetch the token where the service is, with a logon that takes no browser."
        return Holds(saw, emitter=emitter(get), action=action)
    if get.status >= 400 and before is not None and before.status < 400:
        return Holds(
            (said(get), f"without X-CSRF-Token: Fetch: {before.status} {before.phrase}".rstrip()), emitter=emitter(get)
        )
    return Not(f"the fetch is answered with {get.status}")


def no_csrf(evidence: Evidence) -> Verdict:
    """The receiver gives no token to a client that asks in the right way, and insists on one."""
    get, post = last(evidence, "csrf-get"), last(evidence, "post")
    if last(evidence, "csrf-head") is None:
        return None  # the client does not ask: it was only tried whether a token helps
    if any(one.token for one in (*answers(evidence, "csrf-head"), *answers(evidence, "csrf-get"))):
        return Not("it gives a token")
    if get is None:
        return None
    if not 200 <= get.status < 300:
        return Not(f"the fetch is answered with {get.status}")
    if post is not None and not _accepted(post):
        return Not(f"without a token a POST is answered with {post.status}")
    passes = (f"a POST without one: {post.status} {post.phrase}".rstrip(),) if post is not None else ()
    sure = Confidence.PROVEN if _accepted(post) else Confidence.CONSISTENT
    return Holds((f"{said(get)}, without a token", *passes), sure, emitter(get))


def real_authorisation(evidence: Evidence) -> Verdict:
    """With a fresh token and all cookies it is refused, and not for the token."""
    post = _post(evidence)
    if post is None:
        return None
    tokened = [
        one for one in (last(evidence, "post-session"), post) if one is not None and one.sent_header("x-csrf-token")
    ]
    if not tokened:
        return None
    if any(wants_token(one) or one.status != 403 for one in (post, *tokened)):
        return Not("the refusal is about the token")
    return Holds(
        (said(tokened[0]), "a fresh token and its cookies were sent; it does not ask for others"), emitter=emitter(post)
    )


SESSION = Layer.SESSION

BOOK = Book(
    "outbound.csrf-403",
    _applies,
    (
        Rule("no-token", SESSION, "target", no_token),
        Rule("token-without-cookie", SESSION, "target", token_without_cookie),
        Rule("cookie-domain", SESSION, "HTTP client", cookie_domain),
        Rule("secure-cookie", SESSION, "HTTP client", secure_cookie),
        Rule("other-host", SESSION, "target", other_host),
        Rule("fetch-failed", SESSION, "target", fetch_failed),
        Rule("real-authorisation", Layer.AUTHORISATION, "target", real_authorisation),
        Rule("no-csrf-at-receiver", SESSION, "target", no_csrf),
        Rule("expired", SESSION, "target", expired),
        Rule("dotless-host", SESSION, "HTTP client", dotless_host),
    ),
)
