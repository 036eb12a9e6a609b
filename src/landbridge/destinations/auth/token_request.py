"""The token request that a destination's properties describe (destination-service §4.0). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from landbridge.destinations.auth.client_authentication import KEY_STORE, Proof
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_call import TokenRequest
from landbridge.faults import FaultError, fault
from landbridge.model.destination import SECRET_KEYS, Destination

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_VALUE = re.compile(r"[\t\x20-\x7e]{0,8000}")
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "sap-connectivity-authentication",
        "sap-connectivity-scc-location_id",
        "sap-connectivity-technical-authentication",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that frame the request or open our own door: a destination that set them could smuggle another request in,
or speak for somebody else (destination-service §10)."""

_PUBLIC = frozenset(
    {"grant_type", "client_id", "client_assertion_type", "scope", "subject_token_type", "actor_token_type", "username"}
)
"""Form fields whose values may show up in a message."""

_HEADERS = "tokenServiceURL.headers."
_QUERIES = "tokenServiceURL.queries."
_FIELDS = "tokenService.body."
_CONNECT = "tokenServiceURL.ConnectionTimeoutInSeconds"
_READ = "tokenServiceURL.SocketReadTimeoutInSeconds"
_DEFAULT_SECONDS = 10


def token_request(
    retrieval: Retrieval, url: str, grant: Mapping[str, str], proof: Proof, *, repeatable: bool = True
) -> TokenRequest:
    """The request for a grant: client authentication, scope, additional headers, queries and form fields.

    repeatable  whether the grant may be sent a second time after a failure (§10)

    Raises `FaultError` for properties that are wrong or contradict each other.
    """
    destination = retrieval.destination
    by_connector = _by_connector(retrieval)
    scope = destination.get("scope")
    form = {**grant, **proof.form, **({"scope": scope} if scope else {}), **_under(destination, _FIELDS)}
    return TokenRequest(
        url=_with_queries(_checked_url(url), _under(destination, _QUERIES)),
        headers={**proof.headers, **_headers(destination)},
        form=form,
        connect=_seconds(destination, _CONNECT, 60),
        read=_seconds(destination, _READ, 600),
        bounded=not (_is_set(destination, _CONNECT, 60) or _is_set(destination, _READ, 600)),
        repeatable=repeatable,
        keys=proof.keys,
        location=destination.get("CloudConnectorLocationId") if by_connector else None,
        subaccount_id=retrieval.context.subaccount_id,
        secrets=_secrets(destination, form, proof),
    )


def _by_connector(retrieval: Retrieval) -> bool:
    """Whether the token service is reached through a connector. Raises `FaultError` for ways there are none."""
    destination = retrieval.destination
    if destination.authentication == "OAuth2TechnicalUserPropagation":
        return False  # its token service is always in the internet (§3.7)
    way = (destination.get("tokenServiceURL.ProxyType") or destination.proxy_type).lower()
    if way not in {"internet", "onpremise"}:
        raise FaultError(fault("destination.feature-unsupported", feature=f"a token service by {way[:50]}"))
    if way == "onpremise" and destination.get(KEY_STORE):
        reason = "a client certificate cannot pass a connector; set tokenServiceURL.ProxyType to Internet"
        raise _invalid(KEY_STORE, reason)
    return way == "onpremise"


def _secrets(destination: Destination, form: Mapping[str, str], proof: Proof) -> tuple[str, ...]:
    properties = (value for key, value in destination.properties.items() if key in SECRET_KEYS)
    headers = (*proof.headers.values(), *_under(destination, _HEADERS).values())
    fields = (value for key, value in form.items() if key not in _PUBLIC)
    return tuple(value for value in (*properties, *headers, *fields) if value)


def _under(destination: Destination, prefix: str) -> dict[str, str]:
    """Properties below a prefix, without it."""
    found = destination.properties.items()
    return {key.removeprefix(prefix): value for key, value in found if key.startswith(prefix) and key != prefix}


def _headers(destination: Destination) -> dict[str, str]:
    headers = {}
    for name, value in _under(destination, _HEADERS).items():
        if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _invalid(_HEADERS + name[:100], "name and value must be a legal header in ASCII, in one line")
        if name.lower() in _OURS:
            raise _invalid(_HEADERS + name, "this header is set by the service")
        headers[name.lower()] = value
    return headers


def _checked_url(url: str) -> str:
    """`url` without fragment; http or https, with a host and without credentials."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, fits = urlsplit(""), False
    if not fits or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise _invalid("tokenServiceURL", "it must be a URL like https://host/oauth/token")
    if "@" in parts.netloc:
        raise _invalid("tokenServiceURL", "credentials belong into clientId and clientSecret")
    return parts._replace(fragment="").geturl()


def _with_queries(url: str, queries: Mapping[str, str]) -> str:
    """A query that the URL has already is kept as it is."""
    if not queries:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(queries)}"


def _is_set(destination: Destination, key: str, most: int) -> bool:
    text = destination.get(key)
    return text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= most


def _seconds(destination: Destination, key: str, most: int) -> float:
    """A time-out; what is out of range counts as not set, and 0, which means none, as the most allowed."""
    if not _is_set(destination, key, most):
        return _DEFAULT_SECONDS
    return int(destination.get(key)) or most


def _invalid(key: str, reason: str) -> FaultError:
    return FaultError(fault("destination.property-invalid", property=key, reason=reason))
