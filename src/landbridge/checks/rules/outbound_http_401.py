"""outbound.http-401: the receiver does not accept the logon (failure-catalogue, row 13)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.http.url import parameters
from landbridge.checks.observations import HttpAnswer, TokenAnswered
from landbridge.checks.rules import oauth
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.http import answers, between, decisive, emitter, is_ours, logon, offered, said

_CALLS = frozenset(("odata", "soap"))
"""Kinds of targets that are called as a channel calls them; others are only looked at when nothing was given."""


def _applies(evidence: Evidence) -> bool:
    answer = decisive(evidence)
    if evidence.first(TokenAnswered) is not None:
        return True
    if answer is None or answer.status != 401 or is_ours(answer):
        return False
    return bool(logon(evidence).scheme or answer.logon or evidence.target.protocol in _CALLS)


def _refused(evidence: Evidence) -> HttpAnswer | None:
    """The answer that refuses a logon."""
    answer = decisive(evidence)
    return answer if answer is not None and answer.status == 401 else None


def _offers(answer: HttpAnswer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.scheme for one in offered(answer)))


def _is_offered(answer: HttpAnswer, scheme: str) -> bool:
    """Whether a scheme is among those offered; a server that offers none is not against it."""
    offers = _offers(answer)
    return not offers or scheme.lower() in (one.lower() for one in offers)


def _charset(answer: HttpAnswer) -> str:
    return next((one.charset for one in offered(answer) if one.charset), "")


def bad_credentials(evidence: Evidence) -> Verdict:
    """User and password were sent as the server wants them, and refused."""
    answer = _refused(evidence)
    if answer is None:
        return Not("only the token service was asked") if evidence.first(TokenAnswered) is not None else None
    if answer.logon not in ("Basic", "certificate"):
        return Not("no user and password were sent" if not answer.logon else "a token was sent, no password")
    for other, reason in _NEARER:
        if isinstance(other(evidence), Holds):
            return Not(reason)
    given = logon(evidence)
    if given.outside_ascii and not _charset(answer):
        return None
    who = given.user or "the owner of the certificate"
    saw = (said(answer), f"{who} was refused; tried once only", "an account that is locked looks the same")
    return Holds(saw, Confidence.CONSISTENT, emitter(answer), _client_action(answer))


def _client_action(answer: HttpAnswer) -> str:
    found = next((one.abap for one in offered(answer) if one.abap), None)
    if found is None:
        return ""
    system, client = found
    return (
        f"Correct the credential and deploy it; it has to be one of client {client} of {system}, for that is what was"
        " reached. If the user lives in another client, add sap-client to the address."
    )


def auth_none(evidence: Evidence) -> Verdict:
    """A call without a logon, and the server wants one."""
    answer = _refused(evidence)
    if answer is None:
        return None
    if logon(evidence).scheme or answer.logon:
        return Not("a logon was sent")
    offers = ", ".join(_offers(answer)) or "it does not say which"
    return Holds((said(answer), f"no logon was sent; it wants one of: {offers}"), emitter=emitter(answer))


def sap_client(evidence: Evidence) -> Verdict:
    """Another client of the ABAP system was reached than the one that was meant."""
    answer = _refused(evidence)
    found = next((one.abap for one in offered(answer) if one.abap), None) if answer is not None else None
    if answer is None or found is None:
        return None
    system, client = found
    wanted = logon(evidence).sap_client or parameters(answer.url).get("sap-client", "")
    if not wanted:
        return None
    if wanted == client:
        return Not(f"client {client} was reached")
    realm = next(one.realm for one in offered(answer) if one.abap)
    return Holds(
        (said(answer), f"the realm is {realm!r}: client {client} of {system}, and {wanted} was meant"),
        emitter=emitter(answer),
        action=f"Add sap-client={wanted} to the address, or clear the client that is fixed in the service.",
    )


def scheme_unsupported(evidence: Evidence) -> Verdict:
    """The server offers other ways to log on than the one that is used."""
    answer = _refused(evidence)
    if answer is None or not answer.logon:
        return None
    offers = _offers(answer)
    if not offers:
        return Not("it does not say which logon it wants")
    if who := between(answer):
        return Not(f"it is the {who} that wants another one")
    if _is_offered(answer, answer.logon):
        return Not(f"{answer.logon} is offered")
    offer = ", ".join(offers)
    action = f"Enable {answer.logon} there, or choose one that is offered: {offer}."
    return Holds((said(answer), f"offered: {offer}; used: {answer.logon}"), emitter=emitter(answer), action=action)


def proxy_401(evidence: Evidence) -> Verdict:
    """A gateway before the target refuses."""
    answer = _refused(evidence)
    if answer is None:
        return None
    who = between(answer)
    if not who:
        return Not("nothing shows that somebody else answered")
    return Holds((said(answer), f"the answer is that of a {who}"), emitter=who)


def redirect_stripped(evidence: Evidence) -> Verdict:
    """A redirect led to another place, and the logon stayed behind."""
    answer = _refused(evidence)
    if answer is None:
        return None
    chain = answers(evidence, answer.purpose)
    if chain[0].logon and not answer.logon:
        moves = tuple(said(one) for one in chain)
        return Holds(moves, emitter=emitter(answer), action=f"Call {answer.url} directly.")
    return Not("the logon was sent to the one who refused it")


def encoding(evidence: Evidence) -> Verdict:
    """User or password hold characters that the two sides may write in different bytes."""
    answer = _refused(evidence)
    if answer is None or answer.logon != "Basic":
        return None
    if not logon(evidence).outside_ascii:
        return Not("user and password are ASCII")
    charset = _charset(answer)
    if charset:
        return Not(f"the server reads {charset}, and that was sent")
    if isinstance(scheme_unsupported(evidence), Holds):
        return None
    saw = "user or password hold characters outside ASCII, sent as UTF-8; the server does not say how it reads them"
    return Holds((said(answer), saw), Confidence.CONSISTENT, emitter(answer))


def stale(evidence: Evidence) -> Verdict:
    """A token is over, or lives too short to be kept."""
    told = evidence.first(TokenAnswered)
    if told is not None:
        return oauth.short_lived(evidence)
    answer, given = _refused(evidence), logon(evidence)
    if answer is None:
        return None
    if answer.logon != "Bearer":
        return Not("no token was sent")
    if isinstance(scheme_unsupported(evidence), Holds):
        return Not("Bearer is not offered")
    if 0 < given.expires <= evidence.at:
        return Holds(
            (said(answer), f"the token ended {evidence.at - given.expires:.0f} s ago"), emitter=emitter(answer)
        )
    return Holds(
        (said(answer), "the token is refused, and does not say that it is over: revoked, or for somebody else"),
        Confidence.CONSISTENT,
        emitter(answer),
    )


_NEARER = (
    (redirect_stripped, "who refused never got the logon"),
    (proxy_401, "the target was not asked"),
    (scheme_unsupported, "the server does not look at it: it wants another kind of logon"),
    (sap_client, "the user was looked for in another client"),
)
"""What explains a refusal before the credential has to be wrong."""
AUTH = Layer.AUTHENTICATION

BOOK = Book(
    "outbound.http-401",
    _applies,
    (
        Rule("redirect-stripped", AUTH, "target", redirect_stripped),
        Rule("proxy-401", Layer.PROXY, "gateway", proxy_401),
        Rule("scheme-unsupported", AUTH, "target", scheme_unsupported),
        Rule("sap-client", AUTH, "target", sap_client),
        Rule("auth-none", AUTH, "target", auth_none),
        Rule("encoding", AUTH, "target", encoding),
        Rule("bad-credentials", AUTH, "target", bad_credentials),
        Rule("oauth-token-fetch", Layer.TOKEN, "token service", oauth.token_refused),
        Rule("oauth-stale", Layer.TOKEN, "target", stale),
    ),
)
