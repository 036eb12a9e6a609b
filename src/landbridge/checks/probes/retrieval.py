"""The tokens of a destination: what finding it brought, and with what requests log on because of them."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.checks.http.jwt import expiry
from landbridge.checks.http.request import Header
from landbridge.checks.observations import LogonGiven, TokenRetrieved
from landbridge.checks.probe import Logon
from landbridge.checks.surroundings import AuthTokens, Found, Surroundings, Wish
from landbridge.faults import FaultError
from landbridge.model.secret import Secret

_HEADERS = "URL.headers."
_NONE = TokenRetrieved()
_PAIRS = {"MAIL": ("mail.user", "mail.password"), "LDAP": ("ldap.user", "ldap.password")}
"""Where user and password of destinations of other types than HTTP stand."""


async def retrieved(
    surroundings: Surroundings, wish: Wish, found: Found
) -> tuple[tuple[TokenRetrieved, ...], AuthTokens]:
    """(what came of the tokens, the tokens). Only destinations for HTTP and for mail have any."""
    if found.seen.type not in ("HTTP", "MAIL"):
        return (_NONE,), ()
    try:
        tokens = await surroundings.tokens(wish)
    except FaultError as error:
        return (TokenRetrieved(code=error.fault.code, reason=error.fault.sentence),), ()
    return tuple(_seen(entry) for entry in tokens) or (_NONE,), tokens


def logon_of(found: Found, tokens: AuthTokens) -> Logon:
    """With what its clients log on: user and password of the destination, or its first token."""
    properties = found.properties
    if found.seen.authentication == "BasicAuthentication":
        user, password = _PAIRS.get(found.seen.type, ("User", "Password"))
        return Logon(user=properties.get(user, ""), password=Secret(properties.get(password, "")))
    good = [entry for entry in tokens if entry.get("value") and not entry.get("error")]
    user = properties.get("mail.user", "") if found.seen.type == "MAIL" else ""
    return Logon(user=user, token=Secret(str(good[0]["value"]))) if good else Logon()


def logon_given(found: Found, tokens: AuthTokens) -> LogonGiven | None:
    """What its clients log on with, as a fact; None when that is neither user and password nor a token."""
    logon = logon_of(found, tokens)
    secret = logon.token if logon.token else logon.password
    scheme = "Bearer" if logon.token else "Basic" if logon.user else ""
    if not scheme:
        return None
    return LogonGiven(
        scheme=scheme,
        user=logon.user,
        outside_ascii=not (logon.user + secret.reveal()).isascii(),
        sap_client=found.properties.get("sap-client", ""),
        expires=expiry(logon.token),
    )


def _seen(entry: Mapping[str, object]) -> TokenRetrieved:
    if entry.get("error"):
        return TokenRetrieved(code=str(entry.get("code") or "destination.tokens-failed"), reason=str(entry["error"]))
    return TokenRetrieved(kind=str(entry.get("type", "")))


def fixed_headers(properties: Mapping[str, str]) -> tuple[Header, ...]:
    """The headers that the destination adds to every request; their values may be secret."""
    return tuple(
        (key.removeprefix(_HEADERS), Secret(value)) for key, value in properties.items() if key.startswith(_HEADERS)
    )
