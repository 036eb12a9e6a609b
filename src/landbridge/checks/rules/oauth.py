"""What a token service's answers show. Which fields are wrong is told by its own error names (RFC 6749 §5.2)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import TokenAnswered
from landbridge.checks.rules.book import Holds, Not, Verdict
from landbridge.checks.rules.http import last, said

SHORTEST = 600
"""Seconds that a token has to live: clients renew it five minutes before its end, and loop when it lives too short."""
_ACTIONS = {
    "invalid_client": "Correct client id and secret; the service does not know this pair.",
    "unauthorized_client": "Let the service give this client the grant type client_credentials.",
    "unsupported_grant_type": "Use another grant, or another token address: this one does not give client_credentials.",
    "invalid_scope": "Correct the scope: the service does not give it to this client.",
    "invalid_target": "Correct the resource or audience.",
    "invalid_request": "Correct the request: a parameter is missing or given twice.",
    "access_denied": "Let the owner of the service admit this client.",
}


def token_refused(evidence: Evidence) -> Verdict:
    """The token service gives no token, or only to a client that names itself in another way."""
    told = evidence.all(TokenAnswered)
    if not told:
        return Not("no token service was asked")
    first = told[0]
    if first.has_token:
        return Not("the token service gives a token")
    if first.style == "none":
        return _without_client(first, evidence)
    other = next((one for one in told[1:] if one.has_token), None)
    if other is not None:
        return Holds(
            (f"{first.named}: {_said(first)}", f"{other.named}: it gives a token"),
            action=f"Send the client in the {other.style}, not in the {first.style}.",
        )
    saw = tuple(f"{one.named}: {_said(one)}" for one in told)
    return Holds(saw, action=_action(first))


def _without_client(told: TokenAnswered, evidence: Evidence) -> Verdict:
    """Nothing was given: a token service refuses in its own language."""
    if told.is_json and told.status in (400, 401) and told.error:
        return Not("it is a token service, and wants a client")
    return Holds(_page(evidence), action=_address_action(told))


def _page(evidence: Evidence) -> tuple[str, ...]:
    answer = last(evidence, "token")
    return (said(answer), f"it says {answer.body!r}") if answer is not None else ()


def _said(told: TokenAnswered) -> str:
    if told.error:
        words = f", {told.description!r}" if told.description else ""
        return f"{told.status}, {told.error}{words}"
    return f"{told.status}, {'JSON without a token' if told.is_json else 'no JSON'}"


def _action(told: TokenAnswered) -> str:
    if told.error:
        return _ACTIONS.get(told.error, "")
    return _address_action(told)


def _address_action(told: TokenAnswered) -> str:
    if not told.is_json:
        return "Correct the token address: what answers there is no token service."
    return "Correct the token address: its answer holds no token."


def short_lived(evidence: Evidence) -> Verdict:
    """Tokens of that service are over before a client keeps them."""
    told = next((one for one in evidence.all(TokenAnswered) if one.has_token), None)
    if told is None:
        return Not("there is no token")
    lives = told.expires_in
    if lives < 0:
        return Not("the service does not say how long its tokens live")
    if lives < SHORTEST:
        return Holds((f"a token lives {lives} s; clients renew it 300 s before its end",), emitter="token service")
    return Not(f"a token lives {lives} s")
