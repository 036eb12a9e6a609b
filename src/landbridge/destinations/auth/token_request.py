"""The token request that a destination's properties describe (destination-service §4.0). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from landbridge.destinations.auth.basic import basic_value
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_call import TokenRequest
from landbridge.faults import FaultError, fault
from landbridge.model.destination import SECRET_KEYS, Destination

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_VALUE = re.compile(r"[\t\x20-\x7e]{0,8000}")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"})
"""Headers that frame the request: a destination that set them could smuggle another one (destination-service §10)."""

_CONNECT = "tokenServiceURL.ConnectionTimeoutInSeconds"
_READ = "tokenServiceURL.SocketReadTimeoutInSeconds"
_DEFAULT_SECONDS = 10


def token_request(retrieval: Retrieval, url: str, grant: Mapping[str, str]) -> TokenRequest:
    """The request for a grant: client authentication, scope, additional headers, queries and form fields.

    Raises `FaultError` for properties that are missing, wrong or not supported yet.
    """
    destination = retrieval.destination
    _refuse_what_comes_later(retrieval)
    headers, form = _client_authentication(retrieval)
    form = {**grant, **form, **_scope(destination), **_under(destination, "tokenService.body.")}
    return TokenRequest(
        url=_with_queries(_checked_url(url), _under(destination, "tokenServiceURL.queries.")),
        headers={**headers, **_headers(destination)},
        form=form,
        connect=_seconds(destination, _CONNECT, 60),
        read=_seconds(destination, _READ, 600),
        bounded=not (destination.get(_CONNECT) or destination.get(_READ)),
        secrets=tuple(value for key, value in destination.properties.items() if key in SECRET_KEYS and value),
    )


def _refuse_what_comes_later(retrieval: Retrieval) -> None:
    destination = retrieval.destination
    if destination.get("tokenService.KeyStoreLocation"):
        raise FaultError(fault("destination.feature-unsupported", feature="a client certificate from a key store"))
    if retrieval.client_assertion or destination.get("clientAssertion.destinationName"):
        raise FaultError(fault("destination.feature-unsupported", feature="a client assertion"))
    transport = (destination.get("tokenServiceURL.ProxyType") or destination.proxy_type).lower()
    if transport == "onpremise":
        raise FaultError(fault("destination.token-service-onpremise"))
    if transport != "internet":
        raise FaultError(fault("destination.feature-unsupported", feature=f"a token service by {transport[:50]}"))


def _client_authentication(retrieval: Retrieval) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and form fields that prove the client. `tokenServiceUser` comes before the client's own secret."""
    destination = retrieval.destination
    client = retrieval.required("clientId")
    secret = destination.get("clientSecret")
    user = destination.get("tokenServiceUser")
    if user:
        return _basic(user, destination.get("tokenServicePassword")), {"client_id": client}
    if destination.get("tokenService.addClientCredentialsInBody").lower() == "false":
        return _basic(client, secret), {}
    return {}, {"client_id": client, **({"client_secret": secret} if secret else {})}


def _basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": f"Basic {basic_value(user, password)}"}


def _scope(destination: Destination) -> dict[str, str]:
    scope = destination.get("scope")
    return {"scope": scope} if scope else {}


def _under(destination: Destination, prefix: str) -> dict[str, str]:
    """Properties below a prefix, without it."""
    found = destination.properties.items()
    return {key.removeprefix(prefix): value for key, value in found if key.startswith(prefix) and key != prefix}


def _headers(destination: Destination) -> dict[str, str]:
    prefix = "tokenServiceURL.headers."
    headers = {}
    for name, value in _under(destination, prefix).items():
        if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
            raise _invalid(prefix + name[:100], "name and value must be a legal header in ASCII, in one line")
        if name.lower() in _OURS:
            raise _invalid(prefix + name, "this header is set by the service")
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


def _seconds(destination: Destination, key: str, most: int) -> float:
    """A time-out; what is out of range counts as not set, and 0, which means none, as the most allowed."""
    text = destination.get(key)
    if not text.isdecimal() or int(text) > most:
        return _DEFAULT_SECONDS
    return int(text) or most


def _invalid(key: str, reason: str) -> FaultError:
    return FaultError(fault("destination.property-invalid", property=key, reason=reason))
