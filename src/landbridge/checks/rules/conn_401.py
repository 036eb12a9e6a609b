"""conn.401: the user is not carried to the backend, or not accepted there (failure-catalogue, row 25)."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.checks.chains import certificates, names
from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import DoorAnswered
from landbridge.checks.observations.tls import ALERTS
from landbridge.checks.observations.wording import counted
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.conn_502 import keeps_user_back, refused_certificate
from landbridge.checks.rules.on_premise import Way, met, proves, release, through_connector, way

FAILURE = "conn.401"
CONNECTOR, BACKEND = "connector", "backend"
SKEW = 300.0
"""Seconds by which the clocks of connector and backend may differ: certificates of users begin so much earlier."""
TECHNICAL_USERS = (2, 15)
"""The first release that carries technical users."""
_PROPAGATION, _TECHNICAL = "PrincipalPropagation", "OAuth2TechnicalUserPropagation"


def _applies(evidence: Evidence) -> bool:
    seen = way(evidence)
    if not through_connector(evidence) or seen.seen is None:
        return False
    if seen.door_code.startswith("principal.") and seen.door_code != "principal.not-mutual":
        return True
    if refused_certificate(seen) or keeps_user_back(seen) or _too_old(seen):
        return True
    return seen.seen.authentication == _PROPAGATION and seen.status in (401, 403) and _shows_users(seen)


def _shows_users(seen: Way) -> bool:
    return seen.mapping is None or seen.mapping.authentication_mode.startswith("X509")


def _too_old(seen: Way) -> bool:
    ours = seen.connector
    if ours is None or seen.seen is None or seen.seen.authentication != _TECHNICAL:
        return False
    return release(ours.compat_version)[:2] < TECHNICAL_USERS


def _by_fault(cause: str) -> Callable[[Evidence], Verdict]:
    def judge(evidence: Evidence) -> Verdict:
        seen = way(evidence)
        if not proves(seen.door_code, FAILURE, cause):
            return Not(
                f"traffic gets {seen.door_code}" if seen.door_code else f"the backend answers with {seen.status}"
            )
        return Holds((met(seen.door_code), *_token(seen), *_trust(seen)))

    return judge


def _subject(evidence: Evidence) -> Verdict:
    """No subject can be made, or the backend knows nobody of that name."""
    seen = way(evidence)
    if seen.door_code:
        return _by_fault("subject-pattern")(evidence)
    if not _user_refused(seen):
        return Not("no user reached the backend")
    if _is_skewed(seen) or _names_user(seen) or _both(seen):
        return None
    said = f"the connector carried the user, and the backend answers with {seen.status} without naming anybody"
    return Holds((said, *_token(seen)), Confidence.CONSISTENT, BACKEND)


def _missing(evidence: Evidence) -> Verdict:
    """Nobody's token went along."""
    seen = way(evidence)
    if seen.claims("user") is not None:
        return Not("a user token was sent")
    if seen.seen is None or seen.seen.authentication != _PROPAGATION or seen.status not in (401, 403):
        return None
    said = f"no user token went along, and the backend answers with {seen.status}"
    action = "Send the user's token with the request; give the check one with --user-token FILE."
    return Holds((said,), action=action)


def _certificate_old(evidence: Evidence) -> Verdict:
    """The clocks of connector and backend differ."""
    seen = way(evidence)
    if not _is_skewed(seen):
        return Not("the backend's clock agrees with the connector's") if _clocks(seen) is not None else None
    if not _user_refused(seen):
        return None
    apart = _clocks(seen) or 0.0
    said = f"the backend's clock is {abs(apart):.0f} seconds {'ahead of' if apart > 0 else 'behind'} the connector's"
    return Holds((said, f"the backend answers with {seen.status}"), emitter=BACKEND)


def _untrusted(evidence: Evidence) -> Verdict:
    """The backend refuses the connector's own certificate."""
    seen = way(evidence)
    if not refused_certificate(seen) or seen.shaken is None:
        return Not("the backend does not refuse the connector's certificate")
    alert = ALERTS.get(seen.shaken.alert, str(seen.shaken.alert))
    return Holds((f"the backend refuses the connector's certificate with alert {alert}",), emitter=BACKEND)


def _other_host(evidence: Evidence) -> Verdict:
    """The backend is not the one that its mapping names, as far as its certificate tells."""
    seen = way(evidence)
    if not keeps_user_back(seen):
        trusted = seen.connected is not None and seen.connected.good and seen.connected.tls
        return Not("the backend's certificate is for the host of the mapping") if trusted else None
    shown = (f"it is for {', '.join(_shown_names(seen)) or 'no host at all'}",) if seen.shaken is not None else ()
    said = "a user is to be shown, and the backend's certificate is not for the internal host of the mapping"
    return Holds((said, *shown, *((met(seen.door_code),) if seen.door_code else ()), *_token(seen)))


def _shown_names(seen: Way) -> tuple[str, ...]:
    """Hosts for which the backend's certificate is."""
    chain = certificates(seen.shaken.chain[:1]) if seen.shaken is not None else ()
    return names(chain[0]) if chain else ()


def _locked(evidence: Evidence) -> Verdict:
    """The backend knows the user, and says no."""
    seen = way(evidence)
    if not _user_refused(seen):
        return Not("no user reached the backend")
    if not _names_user(seen):
        return Not("the backend's answer names no user")
    token = seen.claims("user")
    name = token.user if token is not None else ""
    return Holds((f"the backend answers with {seen.status} and names the user {name}",), emitter=BACKEND)


def _too_many(evidence: Evidence) -> Verdict:
    """A logon beside the user."""
    seen = way(evidence)
    if not _both(seen):
        return Not("the destination adds no Authorization header")
    without = evidence.all(DoorAnswered)[1:]
    if not without or not 0 < without[0].status < 400:
        return Not("without the Authorization header the answer is the same")
    said = f"with the Authorization header of the destination {seen.status}, without it {without[0].status}"
    return Holds((said,))


def _technical(evidence: Evidence) -> Verdict:
    """The connector is too old for technical users."""
    seen = way(evidence)
    if seen.seen is None or seen.seen.authentication != _TECHNICAL:
        return Not("the destination shows no technical user")
    ours = seen.connector
    if not _too_old(seen) or ours is None:
        return Not("the connector is new enough")
    return Holds((f"the connector is of release {ours.compat_version}, technical users need 2.15",))


def _user_refused(seen: Way) -> bool:
    return seen.claims("user") is not None and seen.status in (401, 403) and _shows_users(seen)


def _names_user(seen: Way) -> bool:
    return any(one.names_user for one in seen.evidence.all(DoorAnswered))


def _both(seen: Way) -> bool:
    return seen.door is not None and seen.door.sent == "both"


def _clocks(seen: Way) -> float | None:
    """Seconds by which the backend's clock is ahead of the connector's; None when it does not tell."""
    if seen.door is None or not seen.door.date or seen.state is None or not seen.door.from_backend:
        return None
    return seen.door.date - seen.state.time


def _is_skewed(seen: Way) -> bool:
    apart = _clocks(seen)
    return apart is not None and abs(apart) > SKEW


def _token(seen: Way) -> tuple[str, ...]:
    token = seen.claims("user")
    return (token.line,) if token is not None else ()


def _trust(seen: Way) -> tuple[str, ...]:
    return (
        (f"the connector trusts {counted(seen.state.issuers, 'issuer')} of user tokens",)
        if seen.state is not None
        else ()
    )


USER = Layer.AUTHENTICATION

BOOK = Book(
    FAILURE,
    _applies,
    (
        *(
            Rule(cause, USER, CONNECTOR, _by_fault(cause))
            for cause in (
                "trust-not-synchronised",
                "issuer-disabled",
                "signature",
                "other-tenant",
                "token-malformed",
                "token-expired",
                "no-authority",
            )
        ),
        Rule("token-missing", USER, BACKEND, _missing),
        Rule("authorization-header-too", USER, BACKEND, _too_many),
        Rule("certificate-expired", USER, BACKEND, _certificate_old),
        Rule("certificate-other-host", Layer.TLS_SERVER, BACKEND, _other_host),
        Rule("system-certificate-untrusted", Layer.TLS_CLIENT, BACKEND, _untrusted),
        Rule("backend-user-locked", Layer.AUTHORISATION, BACKEND, _locked),
        Rule("technical-user-unsupported", USER, CONNECTOR, _technical),
        Rule("subject-pattern", USER, CONNECTOR, _subject),
    ),
)
